"""The counter-based hash and the dropout mask made of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import seeding
from pellucid.kernels import reference

KEYS = st.integers(0, 2**32 - 1)


@settings(deadline=None)
@given(KEYS, st.integers(1, 50))
def test_the_array_hash_is_the_scalar_mixer(key, count):
    expected = [seeding.mix((counter + key) % 2**32) for counter in range(count)]
    hashed = reference.hash_uint32(count, key)
    assert hashed.dtype == np.uint32
    assert hashed.tolist() == expected


def test_golden_hashes():
    assert reference.hash_uint32(4, 0).tolist() == [0, 1753845952, 3507691905, 1408362973]
    assert reference.hash_uint32(2, 0xFFFFFFFF).tolist() == [seeding.mix(0xFFFFFFFF), 0]  # the counter wraps round


def test_no_two_counters_share_a_hash():
    assert len(np.unique(reference.hash_uint32(1 << 18, 12345))) == 1 << 18


@pytest.mark.parametrize("key", [0, 1, 0xDEADBEEF])
def test_the_hash_is_uniform(key):
    hashed = reference.hash_uint32(1 << 18, key)
    counts = np.bincount(hashed >> 24, minlength=256)  # chi-squared with 255 degrees of freedom: 255 +- 22.6
    assert abs(np.sum((counts - 1024) ** 2 / 1024) - 255) < 5 * 22.6
    for bit in range(32):
        share = np.mean(hashed >> bit & 1)
        assert abs(share - 0.5) < 5 * 0.5 / np.sqrt(1 << 18)
    following = np.corrcoef(hashed[:-1].astype(float), hashed[1:].astype(float))[0, 1]
    assert abs(following) < 5 / np.sqrt(1 << 18)


def test_neighbouring_counters_differ_in_half_of_their_bits():
    hashed = reference.hash_uint32(1 << 16, 7)
    flipped = np.bitwise_count(hashed[:-1] ^ hashed[1:])
    assert abs(flipped.mean() - 16) < 0.1


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_mask_silences_its_share_and_keeps_the_mean(rate, dtype):
    mask = np.empty((1000, 300), dtype)
    reference.dropout_mask(rate, 99, mask)
    assert set(np.unique(mask)) == {dtype(0), dtype(1 / (1 - rate))}
    deviation = np.sqrt(rate * (1 - rate) / mask.size)
    assert abs(np.mean(mask == 0) - rate) < 5 * deviation
    assert abs(mask.mean(dtype=np.float64) - 1) < 5 * deviation / (1 - rate) + 1e-6
    assert np.mean(mask == 0, axis=0).std() < 2 * np.sqrt(rate * (1 - rate) / 1000)  # no favoured columns


def test_a_mask_depends_on_key_and_place_alone():
    first, again, other, larger = (np.empty(shape) for shape in ((4, 6), (4, 6), (4, 6), (9, 6)))
    for key, mask in ((5, first), (5, again), (6, other), (5, larger)):
        reference.dropout_mask(0.5, key, mask)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, larger[:4])
    assert np.any(first != other)


def test_masks_of_different_keys_are_independent():
    masks = np.empty((200, 1000))
    for step, mask in enumerate(masks):
        reference.dropout_mask(0.5, seeding.key(0, "dropout", 1, step), mask)
    together = np.corrcoef(masks)[np.triu_indices(200, 1)]
    assert abs(together.std() - 1 / np.sqrt(1000)) < 0.002  # what independent masks show
    assert np.abs(together).max() < 6 / np.sqrt(1000)
