"""Rectangles: where random erasing and cutmix put them, and how large they are."""

import numpy as np
import pytest

from pellucid.images.augmentation import Augmentation, Draws
from pellucid.images.augmentation.boxes import erased, pasted, whole
from pellucid.kernels import reference

MANY = Draws(np.arange(8000), 0, 0)


def sides(boxes):
    top, left, bottom, right = boxes.T
    return bottom - top, right - left


@pytest.mark.parametrize("size", [(32, 32), (8, 8), (3, 40), (1, 1)], ids=str)
def test_boxes_lie_in_the_picture(size):
    for boxes in (erased(MANY, size, 1.0), pasted(MANY, size, MANY.uniform("mix", 1)[0]), whole(5, size)):
        assert (boxes[:, :2] >= 0).all() and (boxes[:, 2:] <= size).all()
        assert min(part.min() for part in sides(boxes)) >= 0


def test_erased_boxes_are_as_the_paper_draws_them():
    rows, columns = sides(erased(MANY, (200, 200), 1.0))
    share, ratio = rows * columns / 200**2, rows / columns
    assert 0.018 < share.min() < 0.025 and share.max() < 0.405
    assert abs(share.mean() - 0.21) < 0.01
    assert 0.28 < ratio.min() < 0.32 and 3.1 < ratio.max() < 3.5
    assert abs(np.mean(rows > columns) - 0.5) < 0.02


@pytest.mark.parametrize("probability", [0.0, 0.25, 1.0])
def test_a_share_of_the_pictures_is_erased(probability):
    rows, columns = sides(erased(MANY, (28, 28), probability))
    assert abs(np.mean(rows * columns > 0) - probability) < 0.02


def test_every_place_is_reached():
    seen = np.zeros((8, 8))
    for top, left, bottom, right in erased(MANY, (8, 8), 1.0):
        seen[top:bottom, left:right] += 1
    assert seen.min() > 0.1 * seen.max()  # corners lie in fewer boxes than the middle


def test_what_lies_outside_the_box_is_untouched():
    pictures = np.random.default_rng(0).integers(0, 256, (60, 12, 10, 3), dtype=np.uint8)
    out = np.empty(pictures.shape, np.float32)
    draws = Draws(np.arange(60), 0, 0)
    Augmentation(erase=0.5).apply(pictures, out, draws, (0.0, 255.0), reference)
    same = (out == pictures).all(axis=3)
    for (top, left, bottom, right), unchanged in zip(erased(draws, (12, 10), 0.5), same, strict=True):
        inside = np.zeros((12, 10), bool)
        inside[top:bottom, left:right] = True
        assert unchanged[~inside].all() and not unchanged[inside].any()
    assert 0 <= out.min() and out.max() <= 255
    assert 20 < 60 - same.all(axis=(1, 2)).sum() < 40


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_pasted_boxes_have_their_share(share):
    rows, columns = sides(pasted(MANY, (32, 32), np.full(8000, share)))
    np.testing.assert_allclose(rows * columns / 32**2, share, atol=0.02)
