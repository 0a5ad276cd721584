"""All changes at once: both kernel sets agree, values stay in range, and a picture's change is its own."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.images.augmentation import Augmentation, Draws
from pellucid.kernels import compiled, reference

share = st.floats(0, 0.9)
flip = st.booleans() | st.floats(0, 1) | st.just("alternating")
augmentations = st.builds(
    Augmentation,
    flip=flip,
    flip_vertical=flip,
    crop=st.integers(0, 3),
    shift=share,
    rotate=st.floats(0, 180),
    scale=share,
    shear=st.floats(0, 60),
    elastic=st.floats(0, 3),
    elastic_sigma=st.floats(0.3, 8),
    brightness=share,
    contrast=share,
    saturation=share,
    erase=st.floats(0, 1),
)
shapes = st.tuples(st.integers(4, 9), st.integers(4, 9), st.sampled_from([1, 2, 3]))


def changed(augmentation, pictures, numbers, kernels, epoch=2):
    out = np.full(pictures.shape, np.nan, np.float32)
    augmentation.apply(pictures, out, Draws(numbers, 7, epoch), (0.0, 255.0), kernels)
    return out


@settings(max_examples=40, deadline=None)
@given(augmentations, shapes, st.integers(1, 6))
def test_both_kernel_sets_agree_and_values_stay_in_range(augmentation, shape, count):
    pictures = np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)
    ours, theirs = (changed(augmentation, pictures, np.arange(count), kernels) for kernels in (compiled, reference))
    np.testing.assert_allclose(ours, theirs, atol=0.05)  # of 255; an angle is rounded once in each
    assert ours.min() >= -1e-3 and ours.max() <= 255.001


@settings(max_examples=40, deadline=None)
@given(augmentations, shapes, st.permutations(range(6)))
def test_a_change_does_not_depend_on_the_batch(augmentation, shape, order):
    pictures = np.random.default_rng(0).integers(0, 256, (6, *shape), dtype=np.uint8)
    order = np.array(order)
    together = changed(augmentation, pictures, np.arange(6), reference)
    np.testing.assert_array_equal(changed(augmentation, pictures[order], order, reference), together[order])
    np.testing.assert_array_equal(changed(augmentation, pictures[3:4], np.array([3]), reference), together[3:4])


def test_float_pictures_of_another_range():
    pictures = np.random.default_rng(0).random((5, 8, 8, 1), np.float32) * 16
    augmentation = Augmentation(brightness=0.5, contrast=0.5, erase=0.5, crop=2, elastic=1.0)
    out = np.empty_like(pictures)
    augmentation.apply(pictures, out, Draws(np.arange(5), 0, 0), (0.0, 16.0), reference)
    assert 0 <= out.min() and out.max() <= 16 and not np.array_equal(out, pictures)
