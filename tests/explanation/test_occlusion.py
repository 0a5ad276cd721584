"""Covering finds a planted patch."""

import numpy as np
import pytest

from pellucid.errors import RecipeError
from pellucid.explanation import occlusion
from pellucid.kernels import reference
from pellucid.nn import Dense, Flatten, Network, presets
from tests.explanation.conftest import randomised


@pytest.mark.parametrize(("top", "left"), [(0, 0), (3, 5), (9, 8)])
def test_it_finds_a_planted_patch(top, left):
    """The network looks at 3 × 3 pixels alone: covering them costs their sum, covering others nothing."""
    network = Network([Flatten(), Dense(2, bias=False)], (12, 11, 1), kernels=reference)
    W = np.zeros((12, 11, 1))
    W[top : top + 3, left : left + 3] = 1
    network.tensors()["1.W"][...] = np.stack([np.zeros(W.size), W.ravel()], axis=1)
    found = occlusion(network, np.full((12, 11, 1), 2, np.float32), 1, size=3, stride=1)
    assert found.strongest == (top, left)
    assert found.drop.max() == pytest.approx(18)
    far = np.ones((12, 11), bool)
    far[max(0, top - 2) : top + 5, max(0, left - 2) : left + 5] = False
    assert not found.pixels[far].any()
    row, column = np.unravel_index(found.pixels.argmax(), found.pixels.shape)
    assert top <= row < top + 3 and left <= column < left + 3


def test_each_drop_is_the_change_of_the_output(rng):
    network = randomised(presets.simple_cnn((8, 8, 3), 3, width=2), (8, 8, 3))
    x = rng.normal(size=(8, 8, 3)).astype(np.float32)
    found = occlusion(network, x, 2, size=(2, 4), stride=3, fill=0.5)
    assert found.rows.tolist() == [0, 3, 6] and found.columns.tolist() == [0, 3, 4]
    covered = x.copy()
    covered[3:5, 4:8] = 0.5
    before, after = network.forward(np.stack([x, covered]))[:, 2]
    assert found.drop[1, 2] == pytest.approx(float(before) - float(after), abs=1e-5)


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (64, 48, 3), (1, 5, 1)])
def test_patches_reach_every_pixel_and_are_not_too_many(shape):
    found = occlusion(Network([Flatten(), Dense(2)], shape, kernels=reference), np.zeros(shape), 0)
    assert found.pixels.shape == shape[:2]
    assert found.rows[0] == found.columns[0] == 0
    assert (found.rows[-1] + found.size[0], found.columns[-1] + found.size[1]) == shape[:2]
    assert max(found.drop.shape) <= 13


def test_what_cannot_be_covered_is_one_line():
    with pytest.raises(RecipeError, match="at most the picture's 4 × 4"):
        occlusion(Network([Flatten(), Dense(2)], (4, 4, 1)), np.zeros((4, 4, 1)), 0, size=5)
    with pytest.raises(RecipeError, match="only pictures"):
        occlusion(Network([Dense(2)], (4,)), np.zeros(4), 0)
