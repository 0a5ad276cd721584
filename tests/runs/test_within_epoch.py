"""How far a long epoch has come is told, and short ones are left alone."""

import contextlib

import numpy as np
import pytest

from pellucid.runs import within_epoch
from pellucid.runs.progress import Silent
from pellucid.runs.within_epoch import Told
from tests.problems import Batches

X, T = np.arange(100, dtype=np.float32).reshape(50, 2), np.arange(50)


class Clock:
    """A clock that a test moves."""

    now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(within_epoch, "time", clock)
    return clock


class Heard(Silent):
    """Remembers what it was told."""

    def __init__(self):
        self.told, self.open = [], 0

    @contextlib.contextmanager
    def task(self, name, total, begun=None):
        self.told.append((name, total, begun))
        self.open += 1
        try:
            yield self.told.append
        finally:
            self.open -= 1


def test_the_batches_come_as_they_are():
    plain, told = Batches(X, T, 20, seed=3), Told(Batches(X, T, 20, seed=3), Silent())
    assert (len(told), told.count) == (3, 50)
    for (x, t, w), (same, labels, weights) in zip(plain.epoch(4), told.epoch(4), strict=True):
        np.testing.assert_array_equal(x, same)
        np.testing.assert_array_equal(t, labels)
        assert w is weights is None


def test_a_short_epoch_is_not_told_of(clock):
    heard = Heard()
    for _ in Told(Batches(X, T, 10), heard).epoch(0):
        clock.now += 0.4
    assert heard.told == []


def test_a_long_epoch_is_told_of_from_its_third_second_on(clock):
    heard = Heard()
    for _ in Told(Batches(X, T, 10), heard).epoch(6):
        clock.now += 0.9
    assert heard.told == [("epoch 7", 50, 100.0), 30, 10, 10] and heard.open == 0


def test_a_pass_that_is_stopped_takes_its_bar_along(clock):
    heard = Heard()
    batches = Told(Batches(X, T, 10), heard).epoch(0)
    next(batches)
    clock.now += 5
    next(batches)
    assert heard.open == 1
    batches.close()
    assert heard.open == 0
