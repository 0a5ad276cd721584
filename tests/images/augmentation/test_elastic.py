"""Elastic deformation: how far, how smoothly, and that nothing is drawn at the edge's expense."""

import numpy as np

from pellucid.images.augmentation import Augmentation, Draws
from pellucid.images.augmentation.elastic import field, smoothing
from pellucid.kernels import compiled, reference

SIZE = (28, 20)


def test_every_displacement_has_the_deviation_asked_for():
    found = field(Draws(np.arange(4000), 0, 0), SIZE, 1.4, 4.0, reference)
    np.testing.assert_allclose(found.std(axis=0), 1.4, rtol=0.06)  # the corners too
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=0.12)


def test_neighbours_move_together_and_far_ones_do_not():
    found = field(Draws(np.arange(4000), 0, 0), SIZE, 1.0, 2.0, reference)[:, 0]

    def correlation(distance):
        return np.mean(found[:, 6, 10] * found[:, 6 + distance, 10])

    for distance in (0, 1, 2, 4, 8):  # of two Gaussians of deviation 2: exp(-d^2 / 16)
        assert abs(correlation(distance) - np.exp(-(distance**2) / 16)) < 0.07
    assert abs(np.mean(found[:, 6, 10] * field(Draws(np.arange(4000), 0, 0), SIZE, 1.0, 2.0, reference)[:, 1, 6, 10])) < 0.07


def test_the_strength_of_the_papers_setting():
    """alpha = 34, sigma = 4: noise uniform in (-1, 1), filtered by a Gaussian of sum 1, times 34."""
    g = smoothing(101, 4.0)[50]
    g = g / g.sum()
    assert abs(34 * np.sqrt(1 / 3) * np.sum(g**2) - 1.4) < 0.02


def test_both_kernel_sets_bend_alike():
    ours, theirs = (field(Draws(np.arange(9), 5, 2), SIZE, 1.4, 4.0, kernels) for kernels in (compiled, reference))
    np.testing.assert_array_equal(ours, theirs)


def test_a_bent_straight_line_stays_one_line():
    pictures = np.zeros((50, 28, 28, 1), np.uint8)
    pictures[:, 13:15] = 255
    out = np.empty(pictures.shape, np.float32)
    Augmentation(elastic=1.4).apply(pictures, out, Draws(np.arange(50), 0, 0), (0.0, 255.0), reference)
    rows = (out[..., 0] * np.arange(28)[:, None]).sum(axis=1) / out[..., 0].sum(axis=1)  # where the line is in each column
    assert rows.std() > 0.5
    assert np.abs(np.diff(rows, axis=1)).max() < 1.5
