import sys
import time

import pytest

from pellucid import machine


def test_a_stopwatch_sees_what_other_processes_use(monkeypatch):
    busy = iter([10.0, 14.0])
    monkeypatch.setattr(machine, "_busy_seconds", lambda: next(busy))
    monkeypatch.setattr(time, "process_time", iter([1.0, 2.0]).__next__)
    monkeypatch.setattr(time, "perf_counter", iter([0.0, 2.0]).__next__)
    with machine.Stopwatch() as watch:
        pass
    assert (watch.seconds, watch.others) == (2.0, 1.5)  # 4 s of all, 1 of them ours, in 2 s


def test_a_system_that_does_not_tell(monkeypatch):
    monkeypatch.setattr(machine, "_busy_seconds", lambda: None)
    with machine.Stopwatch() as watch:
        pass
    assert watch.others is None and watch.seconds >= 0


@pytest.mark.parametrize("line", ["", "cpu 0 0 0 0 0 0 0 0 0 0", "cpu x"])
def test_lines_that_say_nothing(line, monkeypatch):
    monkeypatch.setattr(machine, "_first_line", lambda path: line)
    assert machine._busy_seconds() is None


@pytest.mark.skipif(sys.platform == "win32", reason="no clock ticks there")
def test_waiting_and_idling_are_not_work(monkeypatch):
    monkeypatch.setattr(machine, "_first_line", lambda path: "cpu  100 20 30 9999 999 4 5 6 0 0\n")
    monkeypatch.setattr(machine.os, "sysconf", lambda name: 100)
    assert machine._busy_seconds() == 1.65


def test_facts():
    assert machine.processor()
    assert machine.cores() >= 1
    assert machine.blas()["library"]
    assert 0 < machine.peak(seconds=0.01, size=32) < 1e15
