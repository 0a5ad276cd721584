"""Test-time views: which they are, and that their outputs are averaged."""

import numpy as np
import pytest

from pellucid.images import views
from pellucid.kernels import compiled, reference

X = np.random.default_rng(0).random((5, 6, 4, 3), np.float32)


def seen(name, kernels=reference):
    """The views that a network is shown, and their weighted sum as outputs."""
    shown = []

    def forward(x):
        shown.append(x.copy())
        return x.reshape(len(x), -1)

    return shown, views.averaged(forward, X, name, kernels)


def test_weights_sum_to_one():
    for each in views.VIEWS.values():
        assert sum(weight for weight, *_ in each) == 1


@pytest.mark.parametrize("name", views.VIEWS)
def test_outputs_are_averaged_over_views(name):
    shown, z = seen(name)
    expected = sum(w * x.reshape(5, -1) for (w, *_), x in zip(views.VIEWS[name], shown, strict=True))
    np.testing.assert_allclose(z, expected, rtol=1e-6)
    assert z.dtype == np.float32 and not np.shares_memory(z, X)


def test_the_six_views():
    shown, _ = seen("flip+shift")
    padded = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
    back, ahead = padded[:, :-2, :-2], padded[:, 2:, 2:]
    for found, expected in zip(shown, (X, X[:, :, ::-1], back, back[:, :, ::-1], ahead, ahead[:, :, ::-1]), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_views_of_what_must_not_be_mirrored():
    shown, _ = seen("shift")
    padded = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
    moved = [padded[:, down : down + 6, right : right + 4] for down in (0, 2) for right in (0, 2)]
    for found, expected in zip(shown, (X, *moved), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_both_kernel_sets_see_the_same():
    for name in views.VIEWS:
        np.testing.assert_array_equal(seen(name)[1], seen(name, compiled)[1])


def test_what_has_no_such_views():
    assert views.problem("flip", (8, 8, 1)) is None and views.problem("none", (64,)) is None
    assert "expected one of none, shift, flip, flip+shift" in views.problem("mirror", (8, 8, 1))
    assert "row of numbers" in views.problem("flip", (64,))
    assert all("cannot be moved" in views.problem(name, (8, 1, 1)) for name in ("shift", "flip+shift"))
