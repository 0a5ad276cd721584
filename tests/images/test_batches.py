import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.images import batches as module
from pellucid.images.batches import Batches
from pellucid.images.input_spec import InputSpec

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (50, 5, 4, 3), dtype=np.uint8)
LABELS = RNG.integers(0, 3, 50)
INDICES = RNG.permutation(50)[:37]
SPEC = InputSpec.measure(IMAGES, INDICES, (5, 4, 3), normalisation="standard")


@pytest.fixture(params=["normalised once", "normalised in each batch"])
def both_ways(request, monkeypatch):
    if request.param == "normalised in each batch":
        monkeypatch.setattr(module, "_SMALL_BYTES", 0)


def collect(batches, epoch=0):
    """Copies of an epoch's batches, each joined to one array; w may be None."""
    parts = [tuple(None if part is None else part.copy() for part in batch) for batch in batches.epoch(epoch)]
    x, t, w = zip(*parts)
    return np.concatenate(x), np.concatenate(t), None if w[0] is None else np.concatenate(w)


def normalised(indices):
    out = np.empty((len(indices), 5, 4, 3), np.float32)
    SPEC.normalise(IMAGES[indices], out=out)
    return out


@pytest.mark.parametrize("size", [1, 8, 37, 100, 0])
def test_in_order(both_ways, size):
    batches = Batches(IMAGES, LABELS, INDICES, SPEC, size)
    x, t, w = collect(batches)
    np.testing.assert_array_equal(x, normalised(INDICES))
    np.testing.assert_array_equal(t, LABELS[INDICES])
    assert (x.dtype, t.dtype, w) == (np.float32, np.int64, None)
    assert batches.count == 37
    assert len(batches) == len(list(batches.epoch(0))) == -(-37 // (size or 37))


@settings(max_examples=40, deadline=None)
@given(size=st.integers(1, 40), seed=st.integers(0, 2**32), epoch=st.integers(0, 99))
def test_shuffled_by_seed_and_epoch_alone(size, seed, epoch):
    weights = np.arange(50.0)
    x, t, w = collect(Batches(IMAGES, LABELS, INDICES, SPEC, size, seed=seed, weights=weights), epoch)
    order = w.astype(int)
    assert sorted(order) == sorted(INDICES)
    np.testing.assert_array_equal(x, normalised(order))
    np.testing.assert_array_equal(t, LABELS[order])
    other = Batches(IMAGES, LABELS, INDICES, SPEC, 7, seed=seed, weights=weights)
    for before in range(3):
        collect(other, before)
    np.testing.assert_array_equal(collect(other, epoch)[2], w)


def test_both_ways_give_the_same_bits(monkeypatch):
    once = collect(Batches(IMAGES, LABELS, INDICES, SPEC, 8, seed=3), 5)
    monkeypatch.setattr(module, "_SMALL_BYTES", 0)
    each = collect(Batches(IMAGES, LABELS, INDICES, SPEC, 8, seed=3), 5)
    assert once[0].tobytes() == each[0].tobytes()


def test_epochs_and_seeds_differ():
    def order(seed, epoch):
        return collect(Batches(IMAGES, LABELS, INDICES, SPEC, 8, seed=seed, weights=np.arange(50.0)), epoch)[2].tolist()

    assert len({tuple(order(seed, epoch)) for seed in (0, 1) for epoch in (0, 1)}) == 4


def test_a_full_batch_is_not_shuffled(both_ways):
    x, _, _ = collect(Batches(IMAGES, LABELS, INDICES, SPEC, 0, seed=1))
    np.testing.assert_array_equal(x, normalised(INDICES))


def test_buffers_are_reused(both_ways):
    batches = Batches(IMAGES, LABELS, INDICES, SPEC, 8, seed=0)
    first, second = [[x for x, _, _ in batches.epoch(epoch)] for epoch in (0, 1)]
    assert all(np.shares_memory(first[0], x) for x in [*first, *second])
    assert len(first[-1]) == 37 - 4 * 8


def test_a_batch_holds_until_the_next(both_ways):
    batches = Batches(IMAGES, LABELS, INDICES, SPEC, 8, seed=0)
    expected = collect(batches)[0]
    start = 0
    for x, _, _ in batches.epoch(0):
        np.testing.assert_array_equal(x, expected[start : start + len(x)])
        start += len(x)


def test_equal_weights_are_none():
    for weights in (None, np.ones(50), np.full(50, 2.5)):
        assert next(Batches(IMAGES, LABELS, INDICES, SPEC, 8, weights=weights).epoch(0))[2] is None
    w = next(Batches(IMAGES, LABELS, INDICES, SPEC, 8, weights=np.arange(50.0)).epoch(0))[2]
    assert w.dtype == np.float32 and w.tolist() == INDICES[:8].tolist()


def test_memory_mapped_pictures(tmp_path, both_ways):
    np.save(tmp_path / "images.npy", IMAGES)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    x, _, _ = collect(Batches(mapped, LABELS, INDICES, SPEC, 8))
    np.testing.assert_array_equal(x, normalised(INDICES))


def test_feature_rows(both_ways):
    rows = RNG.random((50, 7), dtype=np.float32)
    spec = InputSpec((7,), value_range=(0.0, 1.0), normalisation="none")
    x, _, _ = collect(Batches(rows, LABELS, INDICES, spec, 8))
    np.testing.assert_array_equal(x, rows[INDICES])


def test_no_pictures():
    batches = Batches(IMAGES, LABELS, np.array([], dtype=np.int64), SPEC, 8, seed=0)
    assert len(batches) == batches.count == 0 and list(batches.epoch(0)) == []


def test_wrong_indices_and_shapes():
    for indices in (np.array([50]), np.array([-1])):
        with pytest.raises(AssertionError, match="beyond"):
            Batches(IMAGES, LABELS, indices, SPEC, 8)
    with pytest.raises(AssertionError):
        Batches(IMAGES[:, :4], LABELS, INDICES, SPEC, 8)
