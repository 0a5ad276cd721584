"""Shapes, paddings and errors of the layers that move windows over pictures."""

import numpy as np
import pytest

from pellucid.nn import (
    AvgPool2D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    GlobalAvgPool,
    MaxPool2D,
    Network,
    TransposedConv2D,
    Upsample,
)

SHAPES = [  # (layer, in, out)
    (Conv2D(8), (7, 6, 3), (7, 6, 8)),
    (Conv2D(8, padding="valid"), (7, 6, 3), (5, 4, 8)),
    (Conv2D(8, padding=2), (7, 6, 3), (9, 8, 8)),
    (Conv2D(8, stride=2), (7, 6, 3), (4, 3, 8)),
    (Conv2D(8, stride=2), (1, 1, 3), (1, 1, 8)),
    (Conv2D(8, (2, 5), stride=3, padding="valid"), (7, 6, 3), (2, 1, 8)),
    (DepthwiseConv2D(5, stride=2), (7, 6, 3), (4, 3, 3)),
    (TransposedConv2D(8), (7, 6, 3), (14, 12, 8)),
    (TransposedConv2D(8, 5, stride=3), (2, 1, 3), (6, 3, 8)),
    (MaxPool2D(2), (7, 6, 3), (3, 3, 3)),
    (MaxPool2D(3, 2), (7, 6, 3), (3, 2, 3)),
    (AvgPool2D((2, 3), 1), (7, 6, 3), (6, 4, 3)),
    (GlobalAvgPool(), (7, 6, 3), (3,)),
    (Upsample(3), (7, 6, 3), (21, 18, 3)),
]


@pytest.mark.parametrize(("layer", "before", "after"), SHAPES, ids=lambda value: str(value)[:60])
def test_shapes(layer, before, after):
    network = Network([layer], before)
    assert network.out_shape == after
    assert network.forward(np.zeros((2, *before), np.float32)).shape == (2, *after)


@pytest.mark.parametrize(
    ("length", "size", "stride"), [(7, 3, 1), (8, 3, 2), (7, 3, 2), (5, 4, 1), (9, 5, 3), (4, 2, 3)]
)
def test_same_puts_the_odd_row_of_zeros_behind(length, size, stride):
    """Ones in, ones as filter: each output counts the pixels that its window sees, so the ends tell the padding."""
    network = Network([Conv2D(1, (size, 1), stride=stride, bias=False)], (length, 1, 1), dtype=np.float64)
    network.theta[...] = 1
    seen = network.forward(np.ones((1, length, 1, 1)))[0, :, 0, 0]
    padded = max(0, (len(seen) - 1) * stride + size - length)
    assert len(seen) == -(-length // stride)
    assert (size - seen[0], size - seen[-1]) == (padded // 2, padded - padded // 2)


def test_a_transposed_convolution_is_the_adjoint_of_the_convolution():
    """<conv(y), x> = <y, transposed(x)> for all x and y, with the same filters."""
    rng = np.random.default_rng(0)
    for size, stride, shape in ((4, 2, (3, 5)), (5, 3, (2, 2)), (3, 2, (4, 3)), (2, 1, (4, 3))):
        up = Network([TransposedConv2D(4, size, stride=stride, bias=False)], (*shape, 3), dtype=np.float64)
        down = Network([Conv2D(3, size, stride=stride, bias=False)], up.out_shape, dtype=np.float64)
        down.theta[...] = up.theta
        x, y = rng.standard_normal((2, *shape, 3)), rng.standard_normal((2, *up.out_shape))
        assert np.sum(down.forward(y) * x) == pytest.approx(np.sum(y * up.forward(x)))


def test_depthwise_is_a_convolution_with_a_diagonal_of_filters():
    rng = np.random.default_rng(0)
    depthwise = Network([DepthwiseConv2D(3, stride=2)], (6, 7, 3), dtype=np.float64)
    full = Network([Conv2D(3, stride=2)], (6, 7, 3), dtype=np.float64)
    full.layers[0].W[...] = depthwise.layers[0].W[:, :, :, None] * np.eye(3)
    x = rng.standard_normal((2, 6, 7, 3))
    np.testing.assert_allclose(depthwise.forward(x), full.forward(x), atol=1e-12)


def test_multiply_adds():
    assert Conv2D(8).multiply_adds.__self__.filters == 8
    rows = Network([Conv2D(8, stride=2), DepthwiseConv2D(3), TransposedConv2D(2)], (8, 6, 3)).rows()
    assert [row["multiply_adds"] for row in rows] == [4 * 3 * 27 * 8, 4 * 3 * 9 * 8, 4 * 3 * 16 * 8 * 2]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Conv2D(0), "the number of filters is a whole number, at least 1, got 0"),
        (lambda: Conv2D(3, 2.5), "size of a filter"),
        (lambda: Conv2D(3, (1, 2, 3)), "one whole number or two, height and width"),
        (lambda: Conv2D(3, stride=0), "a stride is a whole number, at least 1, got 0"),
        (lambda: Conv2D(3, padding="full"), 'padding, if not "same" or "valid", is a whole number, at least 0'),
        (lambda: Conv2D(3, padding=-1), "at least 0, got -1"),
        (lambda: Conv2D(3, activation="softplus"), "unknown activation 'softplus'"),
        (lambda: Conv2D(3, initialiser="identity"), "unknown initialiser 'identity'; .*, dirac, whitening"),
        (lambda: Dense(3, initialiser="dirac"), "unknown initialiser 'dirac'"),
        (lambda: Conv2D(3, std=0), "std must be a positive number"),
        (lambda: TransposedConv2D(3, 2, stride=3), "leave gaps at stride 3"),
        (lambda: MaxPool2D((2, 3)), "need a stride"),
        (lambda: MaxPool2D(17), "at most 256 pixels"),
        (lambda: Upsample(0), "the factor of Upsample"),
        (lambda: Network([Conv2D(3)], (64,)), r"Conv2D needs pictures \(H, W, C\), got \(64,\)"),
        (lambda: Network([GlobalAvgPool()], (64,)), "GlobalAvgPool needs pictures"),
        (lambda: Network([MaxPool2D(2), MaxPool2D(2)], (3, 8, 1)), "2 × 2 window of MaxPool2D does not fit into 1 × 4"),
        (lambda: Network([Conv2D(3, 5, padding="valid")], (4, 9, 1)), "5 × 5 window of Conv2D does not fit into 4 × 9"),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
