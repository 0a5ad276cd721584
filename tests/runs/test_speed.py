import math

import numpy as np
import pytest

from pellucid.kernels import reference
from pellucid.nn import Network
from pellucid.nn.layers import Activation, Conv2D, Dense, Flatten
from pellucid.runs import speed


@pytest.fixture(scope="module")
def small():
    """A bench of one small network."""
    task = speed.Task("8-4-3", lambda: [Dense(4, "relu"), Dense(3)], (8,), 5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speed, "TASKS", (task,))
        patch.setenv("OPENBLAS_CORETYPE", "Haswell")
        patch.setattr(speed.machine, "peak", lambda seconds: 50e9)
        return speed.bench(quick=True)


def test_numbers_agree_with_each_other(small):
    (row,) = small.speeds
    assert (row.network, row.batch, row.parameters) == ("8-4-3", 5, 8 * 4 + 4 + 4 * 3 + 3)
    assert 0 < row.spread[0] <= row.step_seconds <= row.spread[1]
    assert row.pictures_per_second == pytest.approx(5 / row.step_seconds)
    operations = 2 * 5 * (2 * 8 * 4 + 3 * 4 * 3)  # the first layer needs no dx
    assert row.gflops == pytest.approx(operations / row.step_seconds / 1e9)
    assert row.share_of_peak == pytest.approx(row.gflops / small.peak_gflops)


def test_a_variable_that_slows_it_down_is_told(small):
    assert "OPENBLAS_CORETYPE=Haswell" in small.warnings[0]


@pytest.mark.parametrize(("others", "told"), [(None, False), (0.0, False), (0.05, False), (0.5, True)])
def test_other_programs_are_told_where_they_take_what_we_need(others, told, monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    monkeypatch.setattr(speed.os, "cpu_count", lambda: 2)
    assert bool(speed._warnings(others, threads=2)) == told


def test_other_programs_on_cores_that_we_do_not_need_are_not(monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    monkeypatch.setattr(speed.os, "cpu_count", lambda: 64)
    assert not speed._warnings(50.0, threads=2)
    assert speed._warnings(63.0, threads=2)


def test_operations_of_a_convolution_are_those_of_its_plain_sum():
    network = Network([Conv2D(4), Activation("relu"), Flatten(), Dense(3)], (6, 5, 2), kernels=reference)
    convolution, dense = 6 * 5 * 3 * 3 * 2 * 4, 6 * 5 * 4 * 3
    assert speed.training_operations(network, 7) == 2 * 7 * (2 * convolution + 3 * dense)


def test_the_networks_are_those_they_are_called():
    for task in speed.TASKS:
        network = Network(task.layers(), task.in_shape, kernels=reference)
        assert network.out_shape == (10,) and math.prod(task.in_shape) in (784, 3072)
        assert np.isfinite(network.theta).all()
