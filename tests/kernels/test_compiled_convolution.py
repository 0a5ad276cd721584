"""The compiled kernels of convolution networks give what their twins in the reference give, on any shape and number of threads."""

import os
import platform
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.kernels import compiled, reference
from pellucid.kernels.compiled import direct, winograd
from pellucid.kernels.compiled.threads import workspace

WINOGRAD = [  # N, H, W, C, O, padding, P, Q: 3 x 3, stride 1
    (1, 1, 1, 1, 1, (1, 1), 1, 1),
    (1, 3, 3, 1, 1, (1, 1), 3, 3),
    (1, 3, 3, 2, 3, (0, 0), 1, 1),
    (2, 4, 4, 16, 16, (1, 1), 4, 4),
    (3, 7, 9, 20, 35, (1, 1), 7, 9),
    (2, 5, 6, 130, 3, (0, 0), 3, 4),
    (2, 13, 6, 33, 17, (2, 2), 15, 8),
    (9, 2, 3, 48, 33, (1, 1), 2, 3),
    (1, 5, 270, 5, 7, (1, 1), 5, 270),  # rows of more tiles than a chunk has
    (20, 16, 16, 32, 64, (1, 1), 16, 16),
]
DIRECT = [  # N, H, W, C, O, (h, w), stride, padding, P, Q
    (1, 1, 1, 1, 1, (1, 1), 1, (0, 0), 1, 1),
    (3, 28, 28, 1, 6, (5, 5), 1, (2, 2), 28, 28),  # two outputs taken as one
    (2, 9, 12, 3, 4, (3, 3), 1, (1, 1), 9, 12),  # four
    (2, 9, 8, 2, 5, (2, 3), 2, (0, 1), 4, 4),  # two, at stride 2
    (5, 14, 14, 6, 16, (5, 5), 1, (0, 0), 10, 10),
    (3, 7, 9, 20, 35, (3, 3), 2, (1, 1), 4, 5),
    (2, 5, 6, 130, 3, (5, 2), 1, (2, 0), 5, 5),
    (2, 13, 6, 33, 17, (2, 2), 3, (0, 0), 4, 2),  # a stride beyond the filter leaves pixels out
    (9, 2, 3, 48, 33, (1, 1), 1, (0, 0), 2, 3),
    (2, 31, 17, 3, 40, (7, 7), 2, (3, 3), 16, 9),
    (1, 9, 300, 3, 17, (3, 5), 2, (1, 2), 5, 150),  # rows of more outputs than a chunk has
    (1, 6, 8, 2, 3, (3, 3), 2, (0, 0), 2, 3),  # pixels left over on the right and at the bottom
    (2, 2, 3, 2, 3, (5, 5), 1, (2, 2), 2, 3),  # a filter larger than the picture
    (1, 3, 3, 2, 2, (2, 2), 1, (3, 2), 8, 6),  # outputs that see padding alone
]
POOLS = [
    (3, 8, 8, 20, (2, 2), 2),
    (2, 9, 7, 5, (3, 2), 2),
    (1, 5, 5, 33, (3, 3), 1),
    (2, 16, 16, 16, (16, 16), 1),
    (1, 1, 1, 1, (1, 1), 1),
]


def numbers(seed, *shapes):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]


def unwritten(*likes):
    return [np.full_like(like, np.nan) for like in likes]


def error(ours, exact):
    """The relative error: the norm of the difference beside the norm. NaN where anything was left unwritten."""
    return np.linalg.norm(ours.astype(np.float64) - exact) / max(np.linalg.norm(exact), 1e-30)


def agree(name, arguments, tolerance=1e-5):
    """Call the compiled kernel, and the reference in float64: all arrays that hold NaN before are outputs, and are compared."""
    outputs = [isinstance(a, np.ndarray) and a.dtype == np.float32 and np.isnan(a).all() for a in arguments]
    doubles = [a.astype(np.float64) if isinstance(a, np.ndarray) and a.dtype == np.float32 else a for a in arguments]
    getattr(compiled, name)(*arguments)
    getattr(reference, name)(*doubles)
    assert any(outputs)
    for output, ours, exact in zip(outputs, arguments, doubles):
        if output:
            assert error(ours, exact) < tolerance


def everything(kernels, x, W, b, dy, stride, padding, relu, gradients_at=None):
    """y, dW, db (if there is a b) and dx by the functions `kernels`: forward, backward."""
    forward, backward = kernels
    y, dW, dx = unwritten(dy, W, x)
    db = None if b is None else np.full_like(b, np.nan)
    workspace(1 << 16).fill(np.nan)  # what is read there must have been written
    forward(x, W, b, stride, padding, relu, y)
    backward(x, W, y if gradients_at is None else gradients_at, dy.copy(), stride, padding, relu, dW, db, dx)
    return [array for array in (y, dW, db, dx) if array is not None]


def route(module, parallel):
    """One of the two routes, with the signatures of the reference."""

    def as_kernel(function):
        if module is direct:
            return lambda *arguments: function(*arguments, parallel)
        stride = 3 if function is winograd.forward else 4
        return lambda *arguments: function(*arguments[:stride], *arguments[stride + 1 :], parallel)

    return as_kernel(module.forward), as_kernel(module.backward)


def convolution(kernels):
    return kernels.convolution_forward, kernels.convolution_backward


def check(kernels, N, H, W, C, O, size, stride, padding, P, Q, relu=True, bias=True, seed=0):
    """y, then every gradient for the y that was found: at a z of about 0, float32 and float64 may disagree whether ReLU is open."""
    x, filters, b, dy = numbers(seed, (N, H, W, C), (*size, C, O), (O,), (N, P, Q, O))
    b = b if bias else None
    ours = everything(kernels, x, filters, b, dy, stride, padding, relu)
    x, filters, b, dy, y = (a if a is None else a.astype(np.float64) for a in (x, filters, b, dy, ours[0]))
    exact = everything(convolution(reference), x, filters, b, dy, stride, padding, relu, gradients_at=y)
    for a, e in zip(ours, exact, strict=True):
        assert error(a, e) < 1e-5


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("shape", WINOGRAD, ids=str)
def test_winograd(shape, parallel):
    N, H, W, C, O, padding, P, Q = shape
    assert winograd.fits((N, H, W, C), (3, 3, C, O), 1, padding, (N, P, Q, O))
    check(route(winograd, parallel), N, H, W, C, O, (3, 3), 1, padding, P, Q, relu=parallel, bias=not parallel)


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("shape", DIRECT, ids=str)
def test_direct(shape, parallel):
    check(route(direct, parallel), *shape, relu=parallel, bias=parallel)


@st.composite
def convolutions(draw):
    h, w, stride = draw(st.integers(1, 5)), draw(st.integers(1, 5)), draw(st.integers(1, 3))
    if draw(st.booleans()):
        h = w = 3
        stride = 1
    H, W, padding = draw(st.integers(1, 13)), draw(st.integers(1, 13)), (draw(st.integers(0, 2)), draw(st.integers(0, 2)))
    P, Q = (H + 2 * padding[0] - h) // stride + 1, (W + 2 * padding[1] - w) // stride + 1
    channels = st.integers(1, 130)
    return draw(st.integers(1, 4)), H, W, draw(channels), draw(channels), (h, w), stride, padding, max(P, 1), max(Q, 1)


@settings(max_examples=60, deadline=None)
@given(convolutions(), st.booleans(), st.integers(0, 100))
def test_convolution_of_any_shape(shape, relu, seed):
    check(convolution(compiled), *shape, relu=relu, seed=seed)


SMALL = [(2, 6, 7, 20, 17, (3, 3), 1, (1, 1), 6, 7), (2, 6, 7, 20, 17, (3, 3), 2, (1, 1), 3, 4)]


@pytest.mark.parametrize("shape", SMALL, ids=str)
def test_gradients_that_are_not_wanted_change_no_other(shape):
    N, H, W, C, O, size, stride, padding, P, Q = shape
    x, filters, b, dy = numbers(0, (N, H, W, C), (*size, C, O), (O,), (N, P, Q, O))
    results = []
    for wanted in ((True, True, True), (True, False, False), (False, True, True), (False, False, True)):
        dW, db, dx = (array if want else None for want, array in zip(wanted, unwritten(filters, b, x)))
        given = None if dW is None else x
        compiled.convolution_backward(given, filters, dy, dy.copy(), stride, padding, True, dW, db, dx)
        results.append((dW, db, dx))
    for result in results:
        for gradient, first in zip(result, results[0]):
            assert gradient is None or gradient.tobytes() == first.tobytes()


@pytest.mark.parametrize("shape", SMALL, ids=str)
def test_inputs_may_lie_anywhere_in_memory(shape):
    N, H, W, C, O, size, stride, padding, P, Q = shape
    x, filters, b, dy = numbers(0, (N, 2 * H, W, C), (*size, C, O), (O,), (2 * N, P, Q, O))
    x, dy = x[:, ::2], dy[::2]
    x.flags.writeable = False
    plain = everything(convolution(compiled), x.copy(), filters, b, dy.copy(), stride, padding, True)
    strided = everything(convolution(compiled), x, filters, b, dy, stride, padding, True)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(plain, strided))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf], ids=str)
@pytest.mark.parametrize(
    "shape", [(1, 9, 10, 18, 5, (3, 3), 1, (1, 1), 9, 10), (1, 9, 10, 2, 5, (5, 5), 1, (2, 2), 9, 10)], ids=str
)
def test_what_is_not_finite_comes_out_of_convolutions(shape, bad):
    N, H, W, C, O, size, stride, padding, P, Q = shape
    x, filters, b, dy = numbers(0, (N, H, W, C), (*size, C, O), (O,), (N, P, Q, O))
    x[0, 1, 1, 1] = dy[0, 8, 9, 3] = bad
    with np.errstate(invalid="ignore"):
        ours = everything(convolution(compiled), x, filters, b, dy, stride, padding, False)
        theirs = everything(convolution(reference), x, filters, b, dy, stride, padding, False)
    for a, e in zip(ours, theirs):
        assert not np.isfinite(a[~np.isfinite(e)]).any()
    y, _, db, dx = ours  # a tile may spread it a little further than a window
    assert np.isfinite(y[0, 4:]).all() and np.isfinite(dx[0, :3]).all() and np.isfinite(db[:3]).all()


@pytest.mark.parametrize("stride, padding", [(1, (1, 1)), (2, (0, 1)), (3, (2, 0))])
@pytest.mark.parametrize(
    "N, H, W, C, size", [(2, 9, 7, 20, (3, 3)), (1, 5, 5, 1, (5, 5)), (9, 12, 11, 33, (1, 3)), (3, 40, 40, 64, (3, 3))]
)
@pytest.mark.parametrize("relu, bias", [(False, True), (True, False)])
def test_depthwise(N, H, W, C, size, stride, padding, relu, bias):
    P, Q = ((length + 2 * padding[axis] - size[axis]) // stride + 1 for axis, length in enumerate((H, W)))
    x, filters, b, dy = numbers(0, (N, H, W, C), (*size, C), (C,), (N, P, Q, C))
    y, dW, db, dx = unwritten(dy, filters, b, x)
    b, db = (b, db) if bias else (None, None)
    agree("depthwise_forward", (x, filters, b, stride, padding, relu, y))
    agree("depthwise_backward", (x, filters, y, dy.copy(), stride, padding, relu, dW, db, dx))
    dW[...] = np.nan
    agree("depthwise_backward", (x, filters, y, dy.copy(), stride, padding, relu, dW, db, None))


@pytest.mark.parametrize("N, H, W, C, size, stride", [*POOLS, (40, 30, 30, 20, (2, 2), 2)])
def test_pooling(N, H, W, C, size, stride):
    P, Q = (H - size[0]) // stride + 1, (W - size[1]) // stride + 1
    x, dy = numbers(0, (N, H, W, C), (N, P, Q, C))
    x = np.round(x, 1)  # so that some are equal
    y, dx = unwritten(dy, x)
    winners = np.empty((2, *y.shape), np.uint8)
    agree("max_pool_forward", (x, size, stride, y, None))
    for kernels, winner in zip((compiled, reference), winners):
        kernels.max_pool_forward(x, size, stride, y, winner)
    np.testing.assert_array_equal(*winners)
    agree("max_pool_backward", (dy, winners[0], size, stride, dx))
    y, dx = unwritten(dy, x)
    agree("average_pool_forward", (x, size, stride, y))
    agree("average_pool_backward", (dy, size, stride, dx))
    y, dx = unwritten(x[:, 0, 0], x)
    agree("global_average_forward", (x, y))
    agree("global_average_backward", (dy[:, 0, 0].copy(), dx))


@pytest.mark.parametrize("shape, factor", [((2, 3, 5, 20), 2), ((1, 1, 1, 1), 3), ((40, 10, 10, 33), 2)])
def test_upsample(shape, factor):
    N, H, W, C = shape
    x, dy = numbers(0, shape, (N, factor * H, factor * W, C))
    y, dx = unwritten(dy, x)
    agree("upsample_forward", (x, factor, y))
    agree("upsample_backward", (dy, factor, dx))


def test_the_largest_of_numbers_that_are_not_finite():
    (x,) = numbers(0, (1, 4, 6, 3))
    x[0, 0, 0, 0], x[0, 1, 3, 1], x[0, 2, 0, 2], x[0, 3, 5, 0] = np.nan, np.nan, np.inf, -np.inf
    ours, theirs = np.empty((2, 1, 2, 3, 3), np.float32)
    compiled.max_pool_forward(x, (2, 2), 2, ours, np.empty(ours.shape, np.uint8))
    reference.max_pool_forward(x, (2, 2), 2, theirs, None)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("N, R, C", [(1, 1, 1), (1, 3, 20), (4, 9, 33), (64, 100, 130)])
@pytest.mark.parametrize("scaled, shifted", [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("relu", [False, True])
def test_batch_norm(N, R, C, scaled, shifted, relu):
    x, dy, g, b = numbers(0, (N, R, C), (N, R, C), (C,), (C,))
    x = 3 * x + (0 if relu else 50)  # a mean far above the deviation
    g, b = g if scaled else None, b if shifted else None
    m, v, y, dx = unwritten(x[0, 0], x[0, 0], x, x)
    if N * R > 1:  # else u is 0
        agree("batch_norm_forward", (x, g, b, 1e-5, relu, m, v, y))
        dg, db = (None if a is None else np.full_like(a, np.nan) for a in (g, b))
        agree("batch_norm_backward", (x, g, b, 1e-5, relu, m, v, dy.copy(), dg, db, dx))
    m, v, y, dx = x.mean((0, 1)), x.var((0, 1)) + np.float32(0.1), *unwritten(x, x)
    agree("normalise_forward", (x, g, b, 1e-5, relu, m, v, y))
    agree("normalise_backward", (x, g, b, 1e-5, relu, m, v, dy.copy(), None, None, dx))


@pytest.mark.parametrize("R, C", [(1, 2), (7, 20), (300, 130), (5000, 64)])
def test_layer_norm(R, C):
    x, dy, g, b = numbers(0, (R, C), (R, C), (C,), (C,))
    x = 2 * x + 5
    m, v, y, dg, db, dx = unwritten(x[:, 0], x[:, 0], x, g, b, x)
    agree("layer_norm_forward", (x, g, b, 1e-5, m, v, y))
    if C > 2:  # else dx is about 0
        agree("layer_norm_backward", (x, g, 1e-5, m, v, dy.copy(), dg, db, dx))


@pytest.mark.parametrize("bad", [np.nan, np.inf], ids=str)
def test_what_is_not_finite_comes_out_of_the_others(bad):
    x, g = numbers(0, (2, 4, 4, 5), (5,))
    x[1, 2, 3, 4] = bad
    y, m, v = unwritten(x, g, g)
    with np.errstate(invalid="ignore"):
        compiled.batch_norm_forward(x.reshape(2, 16, 5), g, g, 1e-5, False, m, v, y.reshape(2, 16, 5))
    assert np.isnan(y[..., 4]).all() and np.isfinite(y[..., :4]).all() and not np.isfinite(m[4])
    rows, (m, v) = y.reshape(-1, 5), np.empty((2, 32), np.float32)
    compiled.layer_norm_forward(x.reshape(-1, 5), g, g, 1e-5, m, v, rows)
    assert np.isnan(rows[27]).all() and np.isfinite(np.delete(rows, 27, axis=0)).all()
    pooled, filtered = np.empty((2, 2, 2, 5), np.float32), np.empty_like(x)
    compiled.average_pool_forward(x, (2, 2), 2, pooled)
    assert not np.isfinite(pooled[1, 1, 1, 4]) and np.isfinite(pooled).sum() == pooled.size - 1
    compiled.depthwise_forward(x, np.ones((3, 3, 5), np.float32), None, 1, (1, 1), True, filtered)
    assert not np.isfinite(filtered[1, 1:, 2:, 4]).any() and np.isfinite(filtered).sum() == filtered.size - 6


def bits():
    """All that the kernels give for work that is large enough for threads."""
    arrays = []
    for N, H, W, C, O, padding in ((20, 16, 16, 32, 64, (1, 1)), (9, 12, 12, 64, 64, (1, 1))):
        x, filters, b, dy = numbers(1, (N, H, W, C), (3, 3, C, O), (O,), (N, H, W, O))
        arrays += everything(convolution(compiled), x, filters, b, dy, 1, padding, True)
        arrays += everything(convolution(compiled), x, filters, b, dy[:, ::2, ::2].copy(), 2, padding, True)
        (x,) = numbers(2, (N, 4 * H * W, C))
        m, v, dg, db = np.empty((4, C), np.float32)
        y, dx = unwritten(x, x)
        compiled.batch_norm_forward(x, None, None, 1e-5, True, m, v, y)
        compiled.batch_norm_backward(x, None, None, 1e-5, True, m, v, y, dg, db, dx)
        arrays += [y, m, v, dg, db, dx]
        m, v = np.empty((2, N * 4 * H * W), np.float32)
        rows, dg, db, dx = x.reshape(-1, C), *unwritten(b[:C], b[:C]), np.empty_like(x).reshape(-1, C)
        compiled.layer_norm_forward(rows, dg * 0 + 1, dg * 0, 1e-5, m, v, y.reshape(-1, C))
        compiled.layer_norm_backward(rows, np.ones_like(dg), 1e-5, m, v, y.reshape(-1, C), dg, db, dx)
        arrays += [y, dg, db, dx]
        pooled, winner = np.empty((N, 2 * H, W // 2, C), np.float32), np.empty((N, 2 * H, W // 2, C), np.uint8)
        compiled.max_pool_forward(x.reshape(N, 4 * H, W, C), (2, 2), 2, pooled, winner)
        compiled.max_pool_backward(pooled, winner, (2, 2), 2, y.reshape(N, 4 * H, W, C))
        arrays += [pooled, y]
    x, filters, b, dy = numbers(3, (20, 30, 30, 3), (5, 5, 3, 6), (6,), (20, 30, 30, 6))
    arrays += everything(convolution(compiled), x, filters, b, dy, 1, (2, 2), True)
    return b"".join(array.tobytes() for array in arrays)


THREADS = """
import numba
from pellucid.kernels.compiled.threads import threads
from tests.kernels.test_compiled_convolution import bits
results = []
for count in (1, 2, 3, 3):
    numba.set_num_threads(count)
    results.append(bits())
with threads.lock:  # the helpers are taken: the caller alone
    results.append(bits())
assert len(set(results)) == 1
"""


def test_the_same_bits_on_any_number_of_threads():
    python(THREADS, NUMBA_NUM_THREADS="3")


@pytest.mark.slow  # from an empty cache
def test_the_first_run_and_those_from_the_disk_have_the_same_bits(tmp_path):
    script = "import hashlib, tests.kernels.test_compiled_convolution as t; print(hashlib.sha256(t.bits()).hexdigest())"
    first, second = (python(script, NUMBA_CACHE_DIR=str(tmp_path)) for _ in range(2))
    assert any(tmp_path.rglob("*.nbi")) and first == second


NARROW = """
import sys
import pytest
from pellucid.kernels.compiled import simd
assert simd.LANES == 8 and not simd.MASKS
files = ["tests/kernels/test_compiled_convolution.py"]
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-k", "not threads and not narrow", *files]))
"""


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the name is that of a processor of this kind")
def test_on_a_processor_with_narrow_vectors():
    python(NARROW, NUMBA_CPU_NAME="haswell", NUMBA_CPU_FEATURES="+avx,+avx2,+fma")


def python(program, **environment):
    environment = os.environ | environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run([sys.executable, "-c", program], env=environment, check=True, stdout=subprocess.PIPE).stdout
