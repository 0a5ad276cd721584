"""Activation kernels against the formulas of their docstrings, in both types, in place, and at the extremes."""

import numpy as np
import pytest
from scipy import special

from pellucid.kernels import reference
from pellucid.nn import ACTIVATIONS


def textbook_gelu(z):
    return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))


TEXTBOOK = {
    "relu": lambda z: np.where(z > 0, z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1),
    "sigmoid": special.expit,
    "tanh": np.tanh,
    "gelu": textbook_gelu,
    "silu": lambda z: z * special.expit(z),
}
NAMES = sorted(TEXTBOOK)
FINITE = np.array([-1e4, -700.0, -100, -30, -5, -1, -1e-3, -1e-30, 0, 1e-30, 1e-3, 1, 5, 30, 100, 700, 1e4])


def forward(name, z):
    y = np.full_like(z, np.nan)
    getattr(reference, name)(z, y)
    return y


def backward(name, dy, z):
    dz = np.full_like(z, np.nan)
    kept = z if ACTIVATIONS[name].from_input else forward(name, z)
    getattr(reference, f"{name}_backward")(dy, kept, dz)
    return dz


def test_every_activation_has_its_textbook_formula():
    assert TEXTBOOK.keys() == ACTIVATIONS.keys() - {"linear"}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
def test_forward_is_the_formula(name, dtype):
    z = FINITE.astype(dtype)
    y = forward(name, z)
    assert y.dtype == dtype
    expected = TEXTBOOK[name](z.astype(np.float64))
    assert np.all(np.abs(y - expected) <= 4 * np.finfo(dtype).eps * (np.abs(expected) + np.abs(z).clip(1, 100)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
def test_the_derivative_is_finite_and_goes_to_its_limits(name, dtype):
    z = FINITE.astype(dtype)
    dz = backward(name, np.ones_like(z), z)
    left = {"leaky_relu": 0.01}.get(name, 0.0)
    right = {"sigmoid": 0.0, "tanh": 0.0}.get(name, 1.0)
    assert dz.dtype == dtype and np.all(np.isfinite(dz))
    np.testing.assert_allclose(dz[[0, 1]], left, atol=1e-6)
    np.testing.assert_allclose(dz[[-1, -2]], right, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_derivative_is_the_slope(name):
    z, h = np.linspace(-6, 6, 201) + 1e-4, 1e-6  # no z on the kink at 0
    slope = (forward(name, z + h) - forward(name, z - h)) / (2 * h)
    np.testing.assert_allclose(backward(name, np.ones_like(z), z), slope, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
def test_in_place_gives_the_same_bits(name, dtype):
    rng = np.random.default_rng(0)
    z, dy = rng.standard_normal((2, 5, 7)).astype(dtype)
    y, dz = forward(name, z), backward(name, dy, z)
    in_place = z.copy()
    getattr(reference, name)(in_place, in_place)
    np.testing.assert_array_equal(in_place, y)
    destroyed = dy.copy()
    getattr(reference, f"{name}_backward")(destroyed, z if ACTIVATIONS[name].from_input else y, destroyed)
    np.testing.assert_array_equal(destroyed, dz)


@pytest.mark.parametrize("name", NAMES)
def test_nan_comes_out(name):
    z = np.array([np.nan, 1.0], np.float32)
    with np.errstate(invalid="ignore"):
        assert np.isnan(forward(name, z)[0]) and not np.isnan(forward(name, z)[1])
        assert np.isnan(backward(name, np.array([np.nan, 1], np.float32), np.ones(2, np.float32))[0])


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_not_written_to(name):
    z, dy = np.linspace(-2, 2, 9), np.ones(9)
    z.flags.writeable = dy.flags.writeable = False
    backward(name, dy, z)
