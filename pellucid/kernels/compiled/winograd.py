"""Winograd: 3 x 3 convolutions of stride 1 with a quarter of the multiplications (Lavin & Gray 2016, F(4 x 4, 3 x 3)).

The fast route of `reference.convolution`. The outputs are cut into tiles of 4 x 4; to each belong 6 x 6 inputs d. With
V = B^T d B and U = G W G^T, of one picture channel and one filter channel, a tile is z = A^T M A, where

    M[f] = V[f] U[f]        for each of the 36 places f: a product of matrices, (tiles, C) by (C, O)

Backward is the transpose, step by step:

    dM = A dz A^T        dU[f] = V[f]^T dM[f]        dV[f] = dM[f] U[f]^T        dd = B dV B^T        dW = G^T dU G

and dx is the sum of dd where tiles overlap. The relative error is about 1e-6: it comes from the 1/6 and 1/24 in G.

A chunk of 32 tiles goes through all steps before the next, so that V and M stay in the second-level cache. Channels lie in panels
of LANES: V[panel, f, tile, lane], M likewise, U[panel of O, f, channel of C, lane]; W is transformed once a call.
"""

import functools
from typing import NamedTuple

import numpy as np

from pellucid.kernels.compiled.blocks import ROWS, multiply_columns, multiply_rows, panels
from pellucid.kernels.compiled.engine import called, exact
from pellucid.kernels.compiled.simd import LANES
from pellucid.kernels.compiled.spans import clear, fetch, fetch_to_write
from pellucid.kernels.compiled.tasks import as_array, flat, floats, reader, table, task, whole
from pellucid.kernels.compiled.threads import threads, workspace
from pellucid.kernels.compiled.winograd_transforms import (
    COLUMNS,
    PANEL,
    STEP,
    TILES,
    add_tiles,
    transform_filter_gradients,
    transform_filters,
    transform_input,
    transform_input_gradient,
    transform_output,
    transform_output_gradient,
)


def forward(x, W, b, padding, relu, y, parallel):
    """The twin of `reference.convolution_forward`, for what `fits`."""
    pieces = max(1, min(32, y.shape[0] * _tiles(y.shape) // TILES))
    plan, numbers = _plan(W.shape, padding, relu, pieces, 0)
    _forward(2, pieces, [x, W, b, y, workspace(plan.size), numbers], parallel)


def backward(x, W, y, dy, padding, relu, dW, db, dx, parallel):
    """The twin of `reference.convolution_backward`, for what `fits`."""
    pieces = _partial_sums(W.shape, y.shape)
    plan, numbers = _plan(W.shape, padding, relu, pieces, pieces)
    s = workspace(plan.size)
    _backward(3, plan.pieces, [x, W, y, dy, dW, dx, s, numbers], parallel)
    if db is not None:
        parts = s[plan.parts :][: plan.pieces * plan.part].reshape(plan.pieces, plan.part)
        np.add.reduce(parts[:, : len(db)], axis=0, out=db)


def fits(x_shape, W_shape, stride, padding, y_shape) -> bool:
    """3 x 3, stride 1, and no pixels so far below or on the right that no tile reaches them."""
    reached = (4 * -(-y_shape[axis] // 4) + 2 - padding[axis - 1] >= x_shape[axis] for axis in (1, 2))
    return W_shape[:2] == (3, 3) and stride == 1 and all(reached)


def _tiles(y_shape) -> int:
    """Tiles of a picture."""
    return -(-y_shape[1] // 4) * -(-y_shape[2] // 4)


def _partial_sums(W_shape, y_shape) -> int:
    """In how many pieces backward works: at most 8, fewer where adding up dU would take longer than half the transforms."""
    C, O = W_shape[2:]
    N = y_shape[0]
    return max(1, min(N, max(2, min(8, N * _tiles(y_shape) * (C + O) // (2 * C * O)))))


class _Plan(NamedTuple):
    """How the work is cut, and where in the scratch memory what lies."""

    top: int
    left: int
    relu: int
    pieces: int
    bias: int  # at 0 lies the list of where tiles lie in a panel
    U: int
    own: int  # the memory of each thread; what follows counts from there, where V lies
    own_size: int
    M: int
    d: int  # tiles half transformed
    parts: int  # the memory of each piece: its part of db, then of dU
    part: int
    dU: int
    size: int


_plan_on = reader(_Plan)


@functools.lru_cache(1024)
def _plan(W_shape, padding, relu, pieces, parts) -> tuple[_Plan, np.ndarray]:
    C, O = (-(-channels // LANES) for channels in W_shape[2:])  # panels
    filters = 36 * max(O * (C * LANES + 1), C * (O * LANES + 1)) * LANES
    bias = -(-(TILES + ROWS) // 16) * 16
    U = bias + O * LANES
    M, d = C * PANEL, (C + O) * PANEL
    own, own_size = U + filters, d + 6 * COLUMNS
    dU = O * LANES
    first_part, part = own + threads.most * own_size, dU + filters
    plan = _Plan(*padding, relu, pieces, bias, U, own, own_size, M, d, first_part, part, dU, first_part + parts * part)
    return plan, as_array(plan)


@called
def _units(P, Q):
    """A unit is a row of tiles, or 32 of a longer row. Units to a row and to a picture, tiles to a row, units to a chunk."""
    wide = (Q + 3) // 4
    parts = (wide + TILES - 1) // TILES
    return parts, (P + 3) // 4 * parts, wide, max(1, TILES // wide)


@called
def _spot(unit, P, Q):
    """Picture, row of tiles, first tile in the row, and number of tiles of a unit."""
    parts, units, wide, _ = _units(P, Q)
    first = unit % parts * TILES
    return unit // units, unit % units // parts, first, min(TILES, wide - first)


@called
def _ahead(start, number, calls, P, Q, H, W, C):
    """Where in an array of pictures of H rows the pixels of some units begin, and how many lines of them to ask for in each of
    `calls` calls, in all of which other things are computed.
    """
    n, a, _, _ = _spot(start, P, Q)
    return (n * H + 4 * a) * W * C, (number * 4 * W * C // 16 + calls - 1) // calls


@called
def _multiply(s, index, V, C, U, M, count, tiles, a, i, lines, y, o, y_lines):
    """M[f] = V[f] U[f] for all places f        V: (tiles, C)  U: (C, count panels)  M: (tiles, count panels).

    Meanwhile `lines` lines a block of rows are fetched from a[i] on, and `y_lines` from y[o] on, to be written.
    """
    height = (panels(C) * LANES + 1) * LANES
    for f in range(36):
        v, u, m = V + f * STEP, U + f * height, M + f * STEP
        for r in range(0, tiles, ROWS):
            multiply_rows(s, index, v, r, C, LANES, PANEL, u, 36 * height, m, r, PANEL, count, ROWS)
            fetch(a, i, lines)
            fetch_to_write(y, o, y_lines)
            i += 16 * lines
            o += 16 * y_lines


@called
def _multiply_transposed(s, index, V, C, M, O, dU, tiles, add, a, i, lines, b, j, b_lines):
    """dU[f] = V[f]^T M[f] for all places f, or += that. Meanwhile lines are fetched from a[i] and b[j] on."""
    height = (panels(C) * LANES + 1) * LANES
    for f in range(36):
        for c in range(0, C, ROWS):
            v, u = V + c // LANES * PANEL + f * STEP + c % LANES, dU + f * height + c * LANES
            multiply_columns(s, index, v, 0, PANEL, ROWS, tiles, M + f * STEP, PANEL, u, 36 * height, panels(O), add)
            fetch(a, i, lines)
            fetch(b, j, b_lines)
            i += 16 * lines
            j += 16 * b_lines


@called
def _places(index):
    """Where the tiles lie in a panel, for the products, which compute a few rows more than there are."""
    for t in range(TILES + ROWS):
        index[t] = t * LANES


@task
def _forward(phase, t, thread, words):
    """Phase 0: U. Phase 1: the outputs of some units."""
    w = table(words)
    x, W, b, y, s, index, plan = floats(w[0]), floats(w[1]), flat(w[2]), floats(w[3]), flat(w[4]), whole(w[4]), _plan_on(w[5])
    if phase == 1:
        return _outputs(t, thread, x, y, s, index, plan)
    transform_filters(t, plan.pieces, W, False, s, plan.U, plan.own + thread * plan.own_size + plan.d)
    if t == 0:
        _places(index)
        for o in range(panels(W.shape[3]) * LANES):
            s[plan.bias + o] = b[o] if o < b.size else 0


@called
def _outputs(t, thread, x, y, s, index, plan):
    """V = B^T d B        M[f] = V[f] U[f]        y = max(A^T M A + b, floor), for some units."""
    (N, P, Q, O), C, U = y.shape, x.shape[3], plan.U
    V = plan.own + thread * plan.own_size
    M, d, height = V + plan.M, V + plan.d, (panels(C) * LANES + 1) * LANES
    _, units, wide, chunk = _units(P, Q)
    floor, chunks = np.float32(0 if plan.relu else -np.inf), (N * units + chunk - 1) // chunk
    for start in range(t * chunks // plan.pieces * chunk, (t + 1) * chunks // plan.pieces * chunk, chunk):
        last = min(start + chunk, N * units) - 1
        tiles = (last - start) * wide + _spot(last, P, Q)[3]
        for unit in range(start, last + 1):
            n, a, first, count = _spot(unit, P, Q)
            transform_input(x, n, 4 * a - plan.top, plan.left - 4 * first, count, s, V + (unit - start) * wide * LANES, d)
        blocks, pairs = 36 * ((tiles + ROWS - 1) // ROWS), (panels(O) + 1) // 2
        i, lines = _ahead(last + 1, last + 1 - start, blocks * pairs, P, Q, x.shape[1], x.shape[2], C)
        o, y_lines = _ahead(start, last + 1 - start, blocks, P, Q, P, Q, O)
        for panel in range(0, panels(O), 2):  # two at a time, so that M is small
            both = min(2, panels(O) - panel)
            _multiply(s, index, V, C, U + 36 * panel * height, M, both, tiles, x, i, lines, y, o, y_lines)
            i, y_lines = i + blocks * lines * 16, 0
            for unit in range(start, last + 1):
                n, a, first, count = _spot(unit, P, Q)
                transform_output(s, M + (unit - start) * wide * LANES, plan.bias, floor, y, n, a, first, count, panel, both)


@task
def _backward(phase, t, thread, words):
    """Phase 0: U^T. Phase 1: dx, db and a partial dU of some pictures. Phase 2: dW."""
    w = table(words)
    x, W, y, dy = floats(w[0]), floats(w[1]), floats(w[2]), floats(w[3])
    dW, dx, s, index, plan = floats(w[4]), floats(w[5]), flat(w[6]), whole(w[6]), _plan_on(w[7])
    d = plan.own + thread * plan.own_size + plan.d
    if phase == 1:
        return _gradients(t, thread, x, y, dy, dW.size > 0, dx, s, index, plan)
    if phase == 0 and t == 0:
        _places(index)
    if phase == 0 and dx.size:
        transform_filters(t, plan.pieces, W, True, s, plan.U, d)
    if phase == 2 and dW.size:
        transform_filter_gradients(t, plan.pieces, s, plan.parts + plan.dU, plan.part, dW, d)


class _Chunk(NamedTuple):
    """The units from `start` to `last`, with so many tiles; of `wide` tiles each, but the last of a row."""

    start: int
    last: int
    wide: int
    tiles: int


@called
def _gradients(t, thread, x, y, dy, dW_wanted, dx, s, index, plan):
    """dx, db and a partial dU of some pictures, chunk by chunk."""
    N, P, Q, O = dy.shape
    V, db = plan.own + thread * plan.own_size, plan.parts + t * plan.part
    _, units, wide, size = _units(P, Q)
    begin, stop = t * N // plan.pieces * units, (t + 1) * N // plan.pieces * units
    clear(s, db, panels(O) * LANES)
    for start in range(begin, stop, size):
        last = min(start + size, stop) - 1
        chunk = _Chunk(start, last, wide, (last - start) * wide + _spot(last, P, Q)[3])
        _output_gradients(chunk, y, dy, s, V + plan.M, db, plan)
        if dW_wanted:
            _weight_gradient(chunk, x, dy, s, index, V, db + plan.dU, start > begin, plan)
        if dx.size:
            _input_gradient(chunk, y, dx, s, index, V, plan)


@exact(inline=True)
def _output_gradients(chunk, y, dy, s, M, db, plan):
    """dM = A dz A^T, with dz = dy, or dy [y > 0] if relu        db += sum dz."""
    _, P, Q, O = dy.shape
    for unit in range(chunk.start, chunk.last + 1):
        n, a, first, count = _spot(unit, P, Q)
        transform_output_gradient(dy, y, plan.relu, n, a, first, count, s, M + (unit - chunk.start) * chunk.wide * LANES)
    for p in range(panels(O)):  # place 7, which is (1, 1), holds the sum of a tile
        add_tiles(s, M + p * PANEL + 7 * STEP, chunk.tiles, s, db + p * LANES)


@exact(inline=True)
def _weight_gradient(chunk, x, dy, s, index, V, dU, add, plan):
    """V = B^T d B        dU[f] = V[f]^T dM[f], or dU[f] += that."""
    (_, P, Q, O), (_, H, W, C) = dy.shape, x.shape
    for unit in range(chunk.start, chunk.last + 1):
        n, a, first, count = _spot(unit, P, Q)
        v, h = V + (unit - chunk.start) * chunk.wide * LANES, 4 * a - plan.top
        transform_input(x, n, h, plan.left - 4 * first, count, s, v, V + plan.d)
    after, number, calls = chunk.last + 1, chunk.last + 1 - chunk.start, 36 * ((C + ROWS - 1) // ROWS)
    i, lines = _ahead(after, number, calls, P, Q, H, W, C)
    j, dy_lines = _ahead(after, number, calls, P, Q, P, Q, O)
    _multiply_transposed(s, index, V, C, V + plan.M, O, dU, chunk.tiles, add, x, i, lines, dy, j, dy_lines)


@exact(inline=True)
def _input_gradient(chunk, y, dx, s, index, V, plan):
    """dV[f] = dM[f] U[f]^T        dd = B dV B^T, of which dx is the sum."""
    (_, P, Q, O), (_, H, W, C) = y.shape, dx.shape
    after, number, calls = chunk.last + 1, chunk.last + 1 - chunk.start, 36 * ((chunk.tiles + ROWS - 1) // ROWS)
    j, y_lines = _ahead(after, number, calls, P, Q, P, Q, O)
    i, dx_lines = _ahead(chunk.start, number, calls, P, Q, H, W, C)
    y_lines = y_lines if plan.relu else 0
    _multiply(s, index, V + plan.M, O, plan.U, V, panels(C), chunk.tiles, y, j, y_lines, dx, i, dx_lines)
    for unit in range(chunk.start, chunk.last + 1):
        n, a, first, count = _spot(unit, P, Q)
        v, h = V + (unit - chunk.start) * chunk.wide * LANES, 4 * a - plan.top
        transform_input_gradient(dx, n, h, plan.left - 4 * first, count, a > 0, first > 0, s, v, V + plan.d)
