"""Examples in batches: every row once, with its target and its weight, in an order that the seed and the epoch fix."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.estimators import examples
from pellucid.estimators.examples import Examples, OntoThemselves, Rows

X = np.arange(74.0).reshape(37, 2)
EXAMPLES = Examples(X, np.arange(37), np.arange(37) / 10)


def collected(batches, epoch=0):
    parts = [[part.copy() for part in batch] for batch in batches.epoch(epoch)]
    return [np.concatenate(each) for each in zip(*parts)], [len(batch[0]) for batch in parts]


@pytest.fixture(params=["in order at once", "in order batch by batch"])
def both_ways(request, monkeypatch):
    if request.param == "in order batch by batch":
        monkeypatch.setattr(examples, "SMALL_BYTES", 0)


@pytest.mark.parametrize("size", [1, 8, 37, 100])
@pytest.mark.parametrize("form", [np.asarray, scipy.sparse.csr_array])
@pytest.mark.parametrize("seed", [None, 3])
def test_every_row_once(both_ways, size, form, seed):
    rows = Rows(Examples(form(X), EXAMPLES.t, EXAMPLES.w), size, np.float32, seed)
    (x, t, w), sizes = collected(rows)
    assert sorted(t) == list(range(37)) and (list(t) == list(range(37))) == (seed is None)
    np.testing.assert_array_equal(x, X[t])
    np.testing.assert_array_equal(w, (t / 10).astype(np.float32))
    assert x.dtype == w.dtype == np.float32
    assert len(rows) == len(sizes) and rows.count == 37 and set(sizes[:-1]) <= {size}


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), epoch=st.integers(0, 99), size=st.integers(1, 40))
def test_the_order_comes_of_seed_and_epoch_alone(seed, epoch, size):
    rows, other = (Rows(EXAMPLES, each, np.float64, seed) for each in (size, 7))
    collected(rows)
    np.testing.assert_array_equal(collected(rows, epoch)[0][1], collected(other, epoch)[0][1])


def test_an_autoencoder_aims_at_its_inputs():
    rows = OntoThemselves(Rows(Examples(X, None, None), 10, np.float32, 0))
    for x, t, w in rows.epoch(0):
        np.testing.assert_array_equal(x, t)
        assert w is None
    assert len(rows) == 4 and rows.count == 37
