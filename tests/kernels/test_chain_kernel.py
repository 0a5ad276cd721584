"""Dense layers in a row in one call: the twins, and the layers' own kernels one after the other."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.kernels import compiled, reference


def layers(rng, widths, n, bias=True):
    """Arguments of `chain_plan` for layers of these widths, ReLU between them; gradients and buffers unwritten."""
    found = []
    for i, (k, m) in enumerate(itertools.pairwise(widths)):
        W, b = rng.standard_normal((k, m), dtype=np.float32), rng.standard_normal(m, dtype=np.float32)
        y, dy = np.full((2, n, m), np.nan, np.float32)
        dW, db = np.full_like(W, np.nan), np.full_like(b, np.nan)
        found.append((W, b if bias else None, i < len(widths) - 2, dW, db if bias else None, y, dy))
    return found


def batch(rng, widths, n, weighted):
    x = rng.standard_normal((n, widths[0]), dtype=np.float32)
    return x, rng.integers(0, widths[-1], n), rng.random(n, dtype=np.float32) if weighted else None


def gradients(kernels, widths, n, *, bias=True, weighted=False, smoothing=0.0, seed=0):
    rng = np.random.default_rng(seed)
    given_layers = layers(rng, widths, n, bias)
    found = kernels.chain_gradient(kernels.chain_plan(given_layers, n), *batch(rng, widths, n, weighted), smoothing)
    return found, [array for _, _, _, dW, db, _, _ in given_layers for array in (dW, db) if array is not None]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 70), min_size=1, max_size=3),
    st.integers(2, 40),
    st.integers(1, 70),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0.0, 0.1]),
)
def test_the_twins_agree(hidden, classes, n, bias, weighted, smoothing):
    settings = {"bias": bias, "weighted": weighted, "smoothing": smoothing}
    (ours, our_hits), found = gradients(compiled, [*hidden, classes], n, **settings)
    (theirs, their_hits), expected = gradients(reference, [*hidden, classes], n, **settings)
    assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-6)
    assert our_hits == their_hits
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-5 * max(1, np.abs(b).max()))


@pytest.mark.parametrize("kernels", [compiled, reference])
@pytest.mark.parametrize("widths, n", [((64, 32, 10), 32), ((20, 7, 5, 3), 1), ((784, 100, 10), 64)])
def test_the_bits_are_those_of_the_layers_one_after_the_other(kernels, widths, n):
    (loss, hits), found = gradients(kernels, widths, n)
    rng = np.random.default_rng(0)
    chain = layers(rng, widths, n)
    x, t, _ = batch(rng, widths, n, False)
    inputs = [x, *(y for *_, y, _ in chain)]
    for (W, b, relu, *_), before, y in zip(chain, inputs, inputs[1:]):
        kernels.dense_forward(before, W, b, relu, y)
    dy = np.empty_like(inputs[-1])
    assert kernels.count_hits(inputs[-1], t) == hits
    assert kernels.softmax_cross_entropy(inputs[-1], t, None, 0.0, dy) == loss
    for i in reversed(range(len(chain))):
        W, _, relu, dW, db, y, _ = chain[i]
        dx = np.empty_like(inputs[i]) if i else None
        kernels.dense_backward(inputs[i], W, y, dy, relu, dW, db, dx)
        dy = dx
    for a, b in zip(found, [array for _, _, _, dW, db, _, _ in chain for array in (dW, db)], strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kernels", [compiled, reference])
@pytest.mark.parametrize("label", [-1, 4, 2**40])
def test_a_label_that_is_no_output_is_told(kernels, label):
    rng = np.random.default_rng(0)
    plan = kernels.chain_plan(layers(rng, (5, 3, 4), 6), 6)
    x, t, _ = batch(rng, (5, 3, 4), 6, False)
    t[2] = label
    assert kernels.chain_gradient(plan, x, t, None, 0.0)[1] == -1


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("kernels", [compiled, reference])
def test_what_is_not_finite_goes_through(kernels, bad):
    rng = np.random.default_rng(0)
    chain = layers(rng, (5, 3, 4), 6)
    x, t, _ = batch(rng, (5, 3, 4), 6, False)
    x[1] = bad
    with np.errstate(all="ignore"):
        loss, _ = kernels.chain_gradient(kernels.chain_plan(chain, 6), x, t, None, 0.0)
    assert np.isnan(loss)


def test_a_plan_serves_one_batch_after_the_other():
    rng = np.random.default_rng(0)
    widths, n = (50, 20, 10), 30
    chain = layers(rng, widths, n)
    plan = compiled.chain_plan(chain, n)
    for weighted in (True, False, True):
        given_batch = batch(rng, widths, n, weighted)
        found = compiled.chain_gradient(plan, *given_batch, 0.0)
        ours = [chain[0][3].copy(), chain[1][4].copy()]
        assert found == pytest.approx(reference.chain_gradient(chain, *given_batch, 0.0), rel=1e-5)
        for a, b in zip(ours, (chain[0][3], chain[1][4])):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
