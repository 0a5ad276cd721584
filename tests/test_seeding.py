"""Random numbers depend on seed, purpose and numbers alone; golden values show a change, which changes every run."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import seeding

WORDS = st.integers(0, 2**32 - 1)


def test_golden_mix():
    assert [seeding.mix(h) for h in (0, 1, 2, 0xFFFFFFFF)] == [0, 1753845952, 3507691905, 1734902346]


def test_golden_keys():
    assert seeding.key(0, "dropout", 1, 0) == 1063880919
    assert seeding.key(0, "dropout", 1, 1) == 578292131
    assert seeding.key(123, "augmentation") == 162202464


def test_golden_generators():
    assert seeding.generator(1, "shuffle", 2).permutation(8).tolist() == [4, 5, 0, 1, 2, 3, 6, 7]
    np.testing.assert_allclose(
        seeding.generator(7, "initialise", 2).standard_normal(3),
        [1.0546534527513534, -0.7704841680542776, -2.0240793696545634],
        rtol=1e-14,
    )


@settings(deadline=None)
@given(WORDS, st.integers(0, 31))
def test_every_bit_of_the_input_reaches_the_output(h, bit):
    mixed = seeding.mix(h)
    assert 0 <= mixed < 2**32
    assert mixed != seeding.mix(h ^ 1 << bit)


def test_one_flipped_bit_flips_half_of_the_bits():
    rng = np.random.default_rng(0)
    for bit in range(32):
        flips = [(seeding.mix(h) ^ seeding.mix(h ^ 1 << bit)).bit_count() for h in rng.integers(0, 2**32, 300).tolist()]
        assert abs(np.mean(flips) - 16) < 1  # a deviation is 2.83 / sqrt(300) = 0.16


def test_keys_differ_in_every_argument_and_in_their_order():
    made = [
        seeding.key(*arguments)
        for arguments in itertools.product(range(10), ("dropout", "noise"), range(20), range(50))
    ]
    assert len(set(made)) == len(made)  # 20,000 keys: 0.05 collisions expected
    assert all(0 <= made_key < 2**32 for made_key in made)
    assert seeding.key(1, "dropout", 2) != seeding.key(2, "dropout", 1)


def test_keys_of_following_steps_are_spread_out():
    made = np.array([seeding.key(0, "dropout", 1, step) for step in range(20_000)])
    counts = np.bincount(made >> 24, minlength=256)
    assert abs(np.sum((counts - made.size / 256) ** 2 / (made.size / 256)) - 255) < 5 * 22.6


def test_a_generator_is_made_of_its_arguments_alone():
    first = seeding.generator(3, "shuffle", 5)
    seeding.generator(3, "shuffle", 4).random(1000)
    np.testing.assert_array_equal(first.random(5), seeding.generator(3, "shuffle", 5).random(5))


@pytest.mark.parametrize("other", [(4, "shuffle", 5), (3, "split", 5), (3, "shuffle", 6), (5, "shuffle", 3)])
def test_another_argument_gives_other_numbers(other):
    assert not np.any(seeding.generator(3, "shuffle", 5).random(5) == seeding.generator(*other).random(5))


def test_large_seeds_are_taken():
    assert seeding.generator(2**64 + 1, "shuffle", 0).random() != seeding.generator(1, "shuffle", 0).random()
    assert 0 <= seeding.key(2**64 + 1, "dropout") < 2**32
