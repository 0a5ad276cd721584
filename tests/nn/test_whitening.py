"""Filters computed from pictures, and filters that copy."""

import numpy as np
import pytest

from pellucid.nn import Conv2D, Dense, Flatten, Network, initialisers, presets, whiten, whitening


def pictures(n=60, channels=3, seed=0):
    """Smooth noise: neighbouring pixels and channels are correlated, as in photographs."""
    rng = np.random.default_rng(seed)
    rough = rng.standard_normal((n, 11, 11, channels))
    smooth = rough[:, :-2] + rough[:, 1:-1] + rough[:, 2:]
    smooth = smooth[:, :, :-2] + smooth[:, :, 1:-1] + smooth[:, :, 2:]
    return (smooth + smooth.mean(axis=3, keepdims=True)).astype(np.float32)


def network(filters=24, size=2, channels=3, dtype=np.float64):
    layer = Conv2D(filters, size, padding="valid", initialiser="whitening")
    return Network([layer, Flatten(), Dense(3)], (9, 9, channels), dtype=dtype)


def outputs(net, x):
    """What comes out of the first layer: a row for each patch."""
    first = Network(net.layers[:1], net.in_shape, dtype=net.dtype)
    first.tensors()["0.W"][...] = net.layers[0].W
    return first.forward(x).reshape(-1, net.layers[0].filters)


@pytest.mark.parametrize(("size", "channels"), [(2, 3), (3, 1), ((1, 2), 2)])
def test_outputs_are_uncorrelated_with_variance_1(size, channels):
    x = pictures(channels=channels).astype(np.float64)
    height, width = (size, size) if isinstance(size, int) else size
    net = network(2 * height * width * channels, size, channels)
    whiten(net, x, epsilon=1e-12)
    half = net.layers[0].filters // 2
    y = outputs(net, x)
    np.testing.assert_allclose(np.cov(y[:, :half], rowvar=False), np.eye(half), atol=1e-3)
    np.testing.assert_array_equal(net.layers[0].W[..., half:], -net.layers[0].W[..., :half])


def test_filters_begin_with_the_largest_eigenvalue_and_are_frozen():
    net = network(8)
    x = pictures()
    whiten(net, x)
    length = np.linalg.norm(net.layers[0].W.reshape(12, 8)[:, :4], axis=0)  # 1 / sqrt(eigenvalue)
    assert np.all(np.diff(length) > 0)
    assert net.factors == {"0.W": 0.0, "0.b": 1.0, "2.W": 1.0, "2.b": 1.0}


def test_the_cut_of_the_pictures_and_the_sign_of_eigenvectors_do_not_matter(monkeypatch):
    whole, parts, mirrored = network(), network(), network()
    x = pictures()
    whiten(whole, x)
    monkeypatch.setattr(whitening, "NUMBERS", 5000)
    whiten(parts, x)
    eigh = np.linalg.eigh
    monkeypatch.setattr(np.linalg, "eigh", lambda a: (eigh(a)[0], -eigh(a)[1]))
    whiten(mirrored, x)
    np.testing.assert_allclose(parts.layers[0].W, whole.layers[0].W, atol=1e-8)
    np.testing.assert_allclose(mirrored.layers[0].W, whole.layers[0].W, atol=1e-8)


def test_constant_pictures_give_finite_filters():
    net = network(dtype=np.float32)
    whiten(net, np.ones((5, 9, 9, 3), np.float32))
    assert np.all(np.isfinite(net.theta)) and net.theta.dtype == np.float32


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([Conv2D(24, 2)], "needs a Conv2D with the initialiser 'whitening' as first layer"),
        ([Flatten(), Dense(3)], "got Flatten"),
        ([Conv2D(7, 2, initialiser="whitening")], "come in pairs, here at most 12, got 7 filters"),
        ([Conv2D(26, 2, initialiser="whitening")], "at most 12, got 26"),
    ],
)
def test_what_cannot_be_whitened_is_refused(layers, message):
    with pytest.raises(ValueError, match=message):
        whiten(Network(layers, (9, 9, 3)), pictures())


def test_airbench_is_ready_for_whitening():
    net = Network(presets.airbench((9, 9, 3), 10, width=4), (9, 9, 3))
    whiten(net, pictures())
    assert net.factors["0.W"] == 0 and net.factors["0.b"] == 1


@pytest.mark.parametrize(("size", "channels", "filters"), [(3, 4, 4), (3, 2, 5), ((5, 1), 5, 3), (2, 3, 3)])
def test_dirac_copies_the_first_channels(size, channels, filters):
    net = Network([Conv2D(filters, size, initialiser="dirac")], (6, 7, channels), dtype=np.float64)
    x = np.random.default_rng(0).standard_normal((2, 6, 7, channels))
    k = min(channels, filters)
    np.testing.assert_allclose(net.forward(x)[..., :k], x[..., :k], atol=1e-14)
    rest = net.layers[0].W[..., k:]
    bound = (net.layers[0].W.size / filters) ** -0.5
    assert np.all(np.abs(rest) <= bound) and (rest.size == 0 or np.abs(rest).max() > 0.5 * bound)


def test_filters_start_by_the_numbers_of_a_window():
    for name, variance in (("he", 2 / 90), ("lecun", 1 / 90), ("whitening", 1 / 90), ("glorot", 2 / (90 + 9 * 40))):
        net = Network([Conv2D(40, initialiser=name)], (6, 6, 10))
        assert net.layers[0].W.var() == pytest.approx(variance, rel=0.1), name
    assert set(initialisers.FOR_FILTERS).isdisjoint(initialisers.NAMES)
