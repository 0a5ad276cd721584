import io
import sys

import pytest

from pellucid.cli import progress
from pellucid.cli.progress import Bars, Lines, epoch_line, shown
from pellucid.runs.progress import Silent
from pellucid.training import Epoch
from pellucid.words import plain


def record(number, *, validation=True, partial=False):
    seen = {"validation_loss": 0.15, "validation_accuracy": 0.96} if validation else {}
    return Epoch(
        number=number,
        step=10,
        loss=0.1234,
        accuracy=0.971,
        penalty=0.0,
        learning_rate=0.1,
        gradient_norm=1.0,
        seconds=1.0,
        pictures_per_second=1.0,
        partial=partial,
        **seen,
    )


class Clock:
    """A clock that a test moves."""

    now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_line_of_an_epoch():
    assert plain(epoch_line(record(11), 60)) == "epoch 12/60 · loss 0.123 · val 0.150 · acc 97.1 % · val acc 96.0 %"
    assert plain(epoch_line(record(11, validation=False), 60)) == "epoch 12/60 · loss 0.123 · acc 97.1 %"


@pytest.mark.parametrize(("epochs", "fewest", "most"), [(1, 1, 1), (7, 7, 7), (60, 15, 16), (1000, 15, 16)])
def test_lines_are_few_however_many_epochs(capsys, epochs, fewest, most):
    lines = Lines()
    for number in range(epochs):
        lines.epoch(record(number), epochs, 1.2)
    written = capsys.readouterr().err.splitlines()
    assert fewest <= len(written) <= most
    assert written[0].startswith(f"epoch 1/{epochs} ")
    assert written[-1].startswith(f"epoch {epochs}/{epochs} ")
    assert "left" not in written[-1]


def test_the_epoch_that_was_stopped_is_shown(capsys):
    Lines().epoch(record(500, partial=True), 1000, 1.2)
    assert capsys.readouterr().err.startswith("epoch 501/1000 ")


def test_a_quick_task_needs_no_line(capsys, clock):
    with Lines().task("reading pictures", 10) as advance:
        for _ in range(10):
            clock.now += 0.4
            advance()
    assert capsys.readouterr().err == ""


def test_a_long_task_is_told_of_more_and_more_rarely(capsys, clock):
    with Lines().task("reading pictures", 1000) as advance:
        for _ in range(500):
            clock.now += 0.2
            advance(2)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "reading pictures: 50 of 1000, 1 min 35 s left"
    assert len(lines) == 5  # at 5, 10, 20, 40 and 80 of 100 seconds


def test_the_time_before_a_task_was_told_of_counts(capsys, clock):
    begun = clock.now
    clock.now += 10
    with Lines().task("epoch 1", 1000, begun) as advance:
        advance(100)
    assert capsys.readouterr().err == "epoch 1: 100 of 1000, 1 min 30 s left\n"


def test_nothing_is_foretold_before_anything_is_done(capsys, clock):
    begun = clock.now
    clock.now += 10  # the first batch alone took as long
    with Lines().task("epoch 1", 1000, begun) as advance:
        advance(0)
        clock.now += 10
        advance(100)
    assert capsys.readouterr().err == "epoch 1: 100 of 1000, 3 min 0 s left\n"


def test_a_name_cannot_break_a_line(capsys):
    Lines().say("labels: a\nb")
    assert capsys.readouterr().err == "labels: a\\nb\n"


def test_quiet_is_silent(capsys):
    with shown(quiet=True) as silent:
        silent.say("text")
        with silent.task("reading", 3) as advance:
            advance()
            advance(2)
        silent.epoch(record(0), 1, 0.0)
    assert type(silent) is Silent
    assert capsys.readouterr() == ("", "")


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def test_bars_on_a_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with shown() as bars:
        assert isinstance(bars, Bars)
        bars.say("labels: [bold]folder[/]\x1b[31m")
        with bars.task("reading pictures", 4) as advance:
            advance(3)
            bars.live.refresh()
        for number in range(3):
            bars.epoch(record(number), 3, 65)
            bars.live.refresh()
    text = terminal.getvalue()
    assert "labels: [bold]folder[/]\\x1b[31m" in text
    assert "3 of 4" in text
    assert "1 min 5 s left" in text
    assert "writing the report" in text
    assert text.rstrip().endswith("epoch 3/3 · loss 0.123 · val 0.150 · acc 97.1 % · val acc 96.0 %")


def test_a_terminal_that_cannot_redraw_gets_lines(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "dumb")
    with shown() as lines:
        assert isinstance(lines, Lines)
