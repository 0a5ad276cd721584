"""Every compiled kernel gives what its twin in the reference gives: on any shape, for NaN and infinity, with any weights."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.kernels import compiled, reference

SHAPES = [  # N, K, M
    *[(1, 1, 1), (1, 5, 3), (7, 1, 2), (3, 17, 1), (4, 40, 200), (5, 600, 130)],
    *[(33, 31, 10), (64, 100, 65), (129, 300, 257), (300, 40, 33)],
]
LARGE = (131, 523, 257)  # 17 million multiply-adds: the parallel drivers, and blocks that do not come out even
VECTORS = [1, 2, 15, 17, 1000, 4097, 200_003]  # the last in parallel


def numbers(rng, *shape):
    return rng.standard_normal(shape, dtype=np.float32)


def dense(rng, n, k, m, relu, bias, need_dx):
    x, W, b, dy = numbers(rng, n, k), numbers(rng, k, m), numbers(rng, m) if bias else None, numbers(rng, n, m)
    y, dW, db, dx = (np.full(shape, np.nan, np.float32) for shape in ((n, m), (k, m), m, (n, k)))
    forward = (x, W, b, relu, y)
    output = np.maximum(numbers(rng, n, m), 0)
    backward = (x, W, output, dy, relu, dW, db if bias else None, dx if need_dx else None)
    return forward, backward


def vector_arguments(rng, size):
    """For each kernel on flat vectors, its arguments; second moments are positive."""
    theta, grad, u, scratch = (numbers(rng, size) for _ in range(4))
    v = u * u
    return {
        "sgd": (theta, grad, 0.1, scratch),
        "momentum": (theta, grad, u, 0.1, 0.9, scratch),
        "nesterov": (theta, grad, u, 0.1, 0.9, scratch),
        "rmsprop": (theta, grad, v, 0.1, 0.9, 1e-8, scratch),
        "adagrad": (theta, grad, v, 0.1, 1e-8, scratch),
        "adam": (theta, grad, u, v, 3, 0.1, 0.9, 0.999, 1e-8, scratch),
        "average": (theta, grad, 0.9, scratch),
        "penalty_gradient": (theta, grad, 0.01, 0.1, scratch),
        "norm": (grad,),
    }


def loss_arguments(rng, n, k, weighted):
    z, q, w = 3 * numbers(rng, n, k), rng.random((n, k), np.float32), rng.random(n, np.float32) if weighted else None
    t, dz = rng.integers(0, k, n), np.full((n, k), np.nan, np.float32)
    return {
        "softmax_cross_entropy": (z, t, w, 0.1, dz),
        "softmax_cross_entropy_soft": (z, q, w, dz),
        "binary_cross_entropy": (z, q, w, dz),
        "mean_squared_error": (z, q, w, dz),
        "count_hits": (z, t),
    }


ACTIVATIONS = ["relu", "leaky_relu", "elu", "sigmoid", "tanh", "silu", "gelu"]
VECTOR_KERNELS = list(vector_arguments(np.random.default_rng(0), 1))
LOSSES = list(loss_arguments(np.random.default_rng(0), 1, 1, False))


def agree(name, arguments, scratch=False, **tolerance):
    """Call both twins with copies of the arguments; compare all arrays (but the scratch) and what is returned."""
    ours, theirs = ([np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments] for _ in range(2))
    with np.errstate(all="ignore"):
        results = getattr(compiled, name)(*ours), getattr(reference, name)(*theirs)
    for a, b in zip(ours[: -1 if scratch else None], theirs, strict=False):
        if isinstance(a, np.ndarray):
            close(a, b, **tolerance)
    if results[1] is not None:
        assert results[0] == pytest.approx(results[1], rel=1e-5, abs=1e-6, nan_ok=True)
        assert type(results[0]) is type(results[1])


def close(a, b, rtol=2e-6, atol=1e-6):
    """Equal to float32 rounding: errors are judged against the largest number, for sums cancel."""
    finite = np.isfinite(b)
    scale = np.max(np.abs(b), initial=0, where=finite)
    np.testing.assert_array_equal(np.isnan(a), np.isnan(b))
    np.testing.assert_array_equal(a[~finite], b[~finite])
    np.testing.assert_allclose(a[finite], b[finite], rtol=rtol, atol=atol + rtol * scale)


def test_every_kernel_of_these_files_is_in_a_table():
    files = ("activation", "colour", "crop", "dense", "dropout", "gather", "loss", "mix", "optimizer", "random", "warp")
    there = {name for name in compiled.__all__ if getattr(compiled, name).__module__.rpartition(".")[2] in files}
    pairs = {f"{name}{ending}" for name in ACTIVATIONS for ending in ("", "_backward")}
    tested = {"dense_forward", "dense_backward", "dropout_mask", "gather", *VECTOR_KERNELS, *LOSSES, *pairs}
    assert there == tested | {"colour", "crop", "erase", "gaussian_noise", "mix", "uniform_noise", "warp"}


@pytest.mark.parametrize("name", compiled.__all__)
def test_twins_take_the_same_arguments(name):
    ours, theirs = (inspect.signature(getattr(kernels, name)).parameters for kernels in (compiled, reference))
    assert list(ours) == list(theirs)


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("shape", [*SHAPES, LARGE], ids=str)
def test_dense(shape, relu):
    for bias, need_dx in ((True, True), (False, True), (True, False)):
        forward, backward = dense(np.random.default_rng(0), *shape, relu, bias, need_dx)
        agree("dense_forward", forward)
        agree("dense_backward", backward)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 70), st.integers(1, 300), st.integers(1, 140), st.booleans(), st.integers(0, 100))
def test_dense_on_any_shape(n, k, m, relu, seed):
    forward, backward = dense(np.random.default_rng(seed), n, k, m, relu, True, True)
    agree("dense_forward", forward)
    agree("dense_backward", backward)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("size", VECTORS)
def test_activations(name, size):
    rng = np.random.default_rng(size)
    z, dy = 3 * numbers(rng, size), numbers(rng, size)
    z[:1] = 0
    agree(name, (z, np.empty_like(z)))
    y = z.copy()
    getattr(compiled, name)(y, y)  # in place
    expected = np.empty_like(z)
    getattr(reference, name)(z, expected)
    close(y, expected)
    agree(f"{name}_backward", (dy, z if name in ("gelu", "silu") else expected, np.empty_like(z)))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_over_the_whole_range(name):
    z = np.concatenate([np.linspace(-120, 120, 4001), np.geomspace(1e-30, 1, 200), -np.geomspace(1e-30, 1, 200)]).astype(np.float32)
    y, exact = np.empty_like(z), np.empty(z.size)
    getattr(compiled, name)(z, y)
    with np.errstate(under="ignore"):
        getattr(reference, name)(z.astype(np.float64), exact)
    np.testing.assert_allclose(y, exact, rtol=1e-6, atol=3e-7 if name == "gelu" else 1e-14)


@pytest.mark.parametrize("name", VECTOR_KERNELS)
@pytest.mark.parametrize("size", VECTORS)
def test_updates_of_the_flat_vector(name, size):
    agree(name, vector_arguments(np.random.default_rng(size), size)[name], scratch=name != "norm", rtol=1e-5)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("n, k", [(1, 1), (1, 10), (7, 3), (32, 10), (129, 100)])
@pytest.mark.parametrize("weighted", [False, True])
def test_losses(name, n, k, weighted):
    agree(name, loss_arguments(np.random.default_rng(n), n, k, weighted)[name])


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "count_hits"])
def test_weights_that_are_all_zero_teach_nothing(name):
    arguments = list(loss_arguments(np.random.default_rng(0), 5, 4, True)[name])
    arguments[2] = np.zeros(5, np.float32)
    assert getattr(compiled, name)(*arguments) == 0
    np.testing.assert_array_equal(arguments[-1], 0)


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.5, 0.9])
@pytest.mark.parametrize("key", [0, 1, 0xDEADBEEF, 0xFFFFFFFF])
def test_dropout_silences_the_same_elements(rate, key):
    masks = np.empty((2, 37, 91), np.float32)
    compiled.dropout_mask(rate, key, masks[0])
    reference.dropout_mask(rate, key, masks[1])
    np.testing.assert_array_equal(masks[0], masks[1])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("k", [1, 3, 64, 1000])
def test_batches_are_gathered_in_the_same_bits(dtype, k):
    rng = np.random.default_rng(k)
    images = rng.integers(0, 256, (20, k)).astype(dtype)
    scale, shift, indices = numbers(rng, k), numbers(rng, k), rng.integers(0, 20, 13)
    ours, theirs = np.empty((2, 13, k), np.float32)
    compiled.gather(images, indices, scale, shift, ours)
    reference.gather(images, indices, scale, shift, theirs)
    np.testing.assert_array_equal(ours, theirs)


BAD = pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf], ids=str)


@BAD
def test_what_is_not_finite_goes_through_the_dense_layer(bad):
    for shape in ((5, 40, 30), LARGE):
        for relu in (False, True):
            forward, backward = dense(np.random.default_rng(0), *shape, relu, True, True)
            forward[0][2, 3] = backward[3][4, 5] = backward[0][1, 2] = bad
            agree("dense_forward", forward)
            agree("dense_backward", backward)
    assert not np.isfinite(forward[0]).all() and not np.isfinite(backward[3]).all()


@BAD
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_what_is_not_finite_goes_through_activations(name, bad):
    z, dy = numbers(np.random.default_rng(0), 2, 40)
    z[7] = bad
    agree(name, (z, np.empty_like(z)))
    dy[9] = bad
    agree(f"{name}_backward", (dy, z, np.empty_like(z)))


@BAD
@pytest.mark.parametrize("name", VECTOR_KERNELS)
def test_what_is_not_finite_goes_through_updates(name, bad):
    for size in (50, 200_003):
        arguments = vector_arguments(np.random.default_rng(0), size)[name]
        arguments[0 if name == "norm" else 1][size // 2] = bad
        agree(name, arguments, scratch=name != "norm", rtol=1e-5)


@BAD
@pytest.mark.parametrize("name", [name for name in LOSSES if name != "count_hits"])
def test_what_is_not_finite_comes_out_of_losses(name, bad):
    arguments = loss_arguments(np.random.default_rng(0), 6, 4, False)[name]
    arguments[0][3, :] = bad
    assert not np.isfinite(getattr(compiled, name)(*arguments))


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (3, 5, 7, 2), (4, 16, 9, 3)], ids=str)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_warp(shape, dtype):
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, shape).astype(dtype)
    turn, move = rng.uniform(-1.5, 1.5, (shape[0], 4)), rng.uniform(-3, 3, (shape[0], 2))
    transforms, bend = np.hstack([turn, move]).astype(np.float32), numbers(rng, shape[0], 2, *shape[1:3])
    for field in (None, bend):
        agree("warp", (pictures, transforms, field, np.full(shape, np.nan, np.float32)))


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (3, 5, 7, 2), (40, 8, 9, 3)], ids=str)
@pytest.mark.parametrize("dtypes", [(np.uint8, np.uint8), (np.uint8, np.float32), (np.float32, np.float32)])
def test_crops_and_flips_are_the_same_bytes(shape, dtypes):
    rng = np.random.default_rng(0)
    far, pictures = np.array(shape[1:3]) - 1, rng.integers(0, 256, shape).astype(dtypes[0])
    moves = np.hstack([rng.integers(-far, far, (shape[0], 2), endpoint=True), rng.integers(0, 2, (shape[0], 2))])
    ours, theirs = np.empty((2, *shape), dtypes[1])
    compiled.crop(pictures, moves, ours)
    reference.crop(pictures, moves, theirs)
    np.testing.assert_array_equal(ours, theirs)


PICTURES = pytest.mark.parametrize("shape", [(1, 1, 1, 1), (3, 5, 7, 2), (5, 16, 9, 3)], ids=str)


def boxes_in(rng, shape):
    """A box in each picture, (top, left, bottom, right); some are empty."""
    ends = [np.sort(rng.integers(0, length, (shape[0], 2), endpoint=True), axis=1) for length in shape[1:3]]
    return np.stack([ends[0][:, 0], ends[1][:, 0], ends[0][:, 1], ends[1][:, 1]], axis=1)


def keys_for(shape):
    return np.random.default_rng(1).integers(0, 2**32, shape[0], dtype=np.uint32)


@PICTURES
def test_colours(shape):
    rng = np.random.default_rng(0)
    x, changes = 255 * rng.random(shape, np.float32), numbers(rng, shape[0], 3)
    changes[0, 0] = 1
    agree("colour", (x, changes, 0.0, 255.0))
    agree("colour", (x, changes * np.float32([1, 1, 100]), 0.0, 255.0))


@PICTURES
def test_erased_boxes_hold_the_same_numbers(shape):
    rng = np.random.default_rng(0)
    agree("erase", (numbers(rng, *shape), boxes_in(rng, shape), keys_for(shape), -1.0, 3.0), rtol=1e-7)


@PICTURES
def test_mixed_pictures(shape):
    rng = np.random.default_rng(0)
    x, partners, shares = numbers(rng, *shape), rng.integers(0, shape[0], shape[0]), rng.random(shape[0], np.float32)
    agree("mix", (x, partners, boxes_in(rng, shape), shares, np.full(shape, np.nan, np.float32)))


@pytest.mark.parametrize("shape", [(1, 1), (2, 7), (3, 4, 5), (4, 28, 28, 1)], ids=str)
def test_noise(shape):
    agree("uniform_noise", (keys_for(shape), np.full(shape, np.nan, np.float32)), rtol=0, atol=0)
    agree("gaussian_noise", (keys_for(shape), 0.3, numbers(np.random.default_rng(0), *shape)))


@BAD
def test_what_is_not_finite_stays_in_its_pixel(bad):
    rng, shape = np.random.default_rng(0), (3, 6, 5, 3)
    x, box = numbers(rng, *shape), np.tile([0, 0, 6, 5], (3, 1))
    x[1, 2, 3] = bad
    agree("mix", (x, np.array([1, 2, 0]), box, np.full(3, 0.5, np.float32), np.empty_like(x)))
    agree("gaussian_noise", (keys_for(shape), 0.3, x))
    agree("crop", (x, np.ones((3, 4), np.int64), np.empty_like(x)))
    agree("colour", (x, np.full((3, 3), 1.5, np.float32), -2.0, 2.0))
