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
from pellucid.kernels.compiled.engine import compiled
from pellucid.kernels.compiled.simd import LANES, Variable, simd
from pellucid.kernels.compiled.spans import clear, fetch, fetch_to_write
from pellucid.kernels.compiled.tasks import aligned, flat, floats, integers, table, task, whole

TILES = 32  # in a chunk: with 64 channels V takes 0.3 MB
STEP = (TILES + 1) * LANES  # from place to place; a power of two would put all 36 in the same few sets of the cache
PANEL = 36 * STEP
COLUMNS = (4 * TILES + 2) * LANES  # a row of pixels, for all tiles of a chunk beside each other


def forward(x, W, b, padding, relu, y, scratch, parallel):
    """The twin of `reference.convolution_forward`, for what `fits`."""
    plan, numbers = _plan(W.shape, y.shape, padding, relu, 8)
    _forward(2, plan.pieces, [x, W, b, y, aligned(scratch), numbers], parallel)


def backward(x, W, y, dy, padding, relu, dW, db, dx, scratch, parallel):
    """The twin of `reference.convolution_backward`, for what `fits`."""
    plan, numbers = _plan(W.shape, y.shape, padding, relu, _partial_sums(W.shape, y.shape))
    s = aligned(scratch)
    _backward(3, plan.pieces, [x, W, y, dy, dW, dx, s, numbers], parallel)
    if db is not None:
        parts = s[plan.slots :][: plan.pieces * plan.slot].reshape(plan.pieces, plan.slot)[:, plan.db :]
        np.add.reduce(parts[:, : len(db)], axis=0, out=db)


def fits(x_shape, W_shape, stride, padding, y_shape) -> bool:
    """3 x 3, stride 1, and no pixels so far below or on the right that no tile reaches them."""
    reached = (4 * -(-y_shape[axis] // 4) + 2 - padding[axis - 1] >= x_shape[axis] for axis in (1, 2))
    return W_shape[:2] == (3, 3) and stride == 1 and all(reached)


def scratch_size(W_shape, y_shape) -> int:
    plan, _ = _plan(W_shape, y_shape, (0, 0), False, 8)
    return plan.slots + plan.pieces * plan.slot + 16


def _partial_sums(W_shape, y_shape) -> int:
    """In how many pieces backward works: at most 8, fewer where adding up dU would take longer than half the transforms."""
    C, O = W_shape[2:]
    tiles = y_shape[0] * -(-y_shape[1] // 4) * -(-y_shape[2] // 4)
    return max(2, min(8, tiles * (C + O) // (2 * C * O)))


class _Plan(NamedTuple):
    """How the work is cut, and where in the scratch memory what lies: the kernels get it as an array."""

    top: int
    left: int
    relu: int
    pieces: int
    bias: int  # at 0 lies the list of where tiles lie in a panel
    U: int
    slots: int  # the memory of each piece; what follows counts from there, where V lies
    slot: int
    M: int
    d: int  # tiles half transformed
    db: int
    dU: int


@functools.lru_cache(1024)
def _plan(W_shape, y_shape, padding, relu, pieces) -> tuple[_Plan, np.ndarray]:
    C, O = (-(-channels // LANES) for channels in W_shape[2:])  # panels
    filters = 36 * max(O * (C * LANES + 1), C * (O * LANES + 1)) * LANES
    bias = -(-(TILES + ROWS) // 16) * 16
    U = bias + O * LANES
    M, d = C * PANEL, (C + O) * PANEL
    db = d + 6 * COLUMNS
    dU = db + O * LANES
    pieces = max(1, min(y_shape[0], pieces))
    plan = _Plan(*padding, relu, pieces, bias, U, U + filters, dU + filters, M, d, db, dU)
    return plan, np.array(plan, np.int64)


def _BT(d):
    """B^T d."""
    p, q, r, s = d[4] - 4 * d[2], d[3] - 4 * d[1], d[4] - d[2], 2 * (d[3] - d[1])
    return 4 * d[0] - 5 * d[2] + d[4], p + q, p - q, r + s, r - s, 4 * d[1] - 5 * d[3] + d[5]


def _B(v):
    """B v."""
    p, q, r, s = v[1] + v[2], v[1] - v[2], v[3] + v[4], 2 * (v[3] - v[4])
    return 4 * v[0], 4 * (v[5] - q) - s, -5 * v[0] - 4 * p - r, q + s - 5 * v[5], v[0] + p + r, v[5]


def _AT(m):
    """A^T m."""
    p, q, r, s = m[1] + m[2], m[1] - m[2], m[3] + m[4], m[3] - m[4]
    return m[0] + p + r, q + 2 * s, p + 4 * r, q + 8 * s + m[5]


def _A(y):
    """A y."""
    p, q, r, s = y[0] + y[2], y[1] + y[3], y[0] + 4 * y[2], 2 * y[1] + 8 * y[3]
    return y[0], p + q, p - q, r + s, r - s, y[3]


def _G(g):
    """G g."""
    p, q, r, s = (g[0] + g[2]) * (1 / 6), g[1] * (1 / 6), g[0] * (1 / 24) + g[2] * (1 / 6), g[1] * (1 / 12)
    return g[0] * (1 / 4), -1 * (p + q), q - p, r + s, r - s, g[2]


def _GT(u):
    """G^T u."""
    p, q, r, s = u[1] + u[2], u[2] - u[1], u[3] + u[4], u[3] - u[4]
    return u[0] * (1 / 4) - p * (1 / 6) + r * (1 / 24), q * (1 / 6) + s * (1 / 12), (r - p) * (1 / 6) + u[5]


def _both(transform, columns):
    """transform X transform^T: X a list of columns, the result a list of rows."""
    return [transform(row) for row in zip(*map(transform, columns))]


def _inside(code, h, H, lanes):
    """How many lanes of the 6 rows from h on to read or write: none where a row lies outside a picture of H rows."""
    return [((h >= -r) & (h < H - r)).where(lanes, code.number(0)) for r in range(6)]


@simd
def _input_column(code, x, i, row, h, H, lanes, d, o):
    """B^T d for one column of pixels: rows h to h + 5 of the picture, some of them perhaps outside; x[i] lies in row h."""
    pixels = [x.vector(i + r * row, n) for r, n in enumerate(_inside(code, h, H, lanes))]
    for r, value in enumerate(_BT(pixels)):
        d.put(o + r * COLUMNS, value)


@simd
def _input_tile(code, d, i, V, v):
    """V = (B^T d) B for one row of one tile."""
    for j, value in enumerate(_BT([d.vector(i + j * LANES) for j in range(6)])):
        V.put(v + j * STEP, value)


@simd
def _output_tile(code, M, m, b, o, floor, z, i, row, column, rows, columns, lanes):
    """z = max(A^T M A + b, floor); only `rows` rows, `columns` columns and `lanes` channels of the tile are in the picture."""
    bias = b.vector(o)
    tile = _both(_AT, [[M.vector(m + (6 * r + j) * STEP) for r in range(6)] for j in range(6)])
    tile = [[(value + bias).at_least(floor) for value in values] for values in tile]
    for r, values in enumerate(tile):
        for j, value in enumerate(values):
            z.put(i + r * row + j * column, value, ((rows > r) & (columns > j)).where(lanes, code.number(0)))


@simd
def _output_gradient_tile(code, dz, y, gated, i, row, column, rows, columns, lanes, M, m):
    """dM = A dz A^T; if gated, dz is 0 where y <= 0."""
    tile = []
    for j in range(4):
        places = [i + r * row + j * column for r in range(4)]
        counts = [((rows > r) & (columns > j)).where(lanes, code.number(0)) for r in range(4)]
        pixels = [Variable(dz.vector(place, n)) for place, n in zip(places, counts)]
        with code.when(gated > 0):
            for pixel, place, n in zip(pixels, places, counts):
                pixel.set(pixel.get() * (y.vector(place, n) > 0).to_float())
        tile.append([pixel.get() for pixel in pixels])
    for r, values in enumerate(_both(_A, tile)):
        for j, value in enumerate(values):
            M.put(m + (6 * r + j) * STEP, value)


@simd
def _input_gradient_tile(code, V, v, d, o):
    """d += dV B^T for one row of one tile, whose first two columns are the last two of the tile before it."""
    for j, value in enumerate(_B([V.vector(v + j * STEP) for j in range(6)])):
        d.put(o + j * LANES, d.vector(o + j * LANES) + value if j < 2 else value)


@simd
def _input_gradient_column(code, d, o, dx, i, row, h, H, lanes, above, before):
    """dx = B d for one column of pixels, rows h to h + 5.

    It is added to what tiles have left there: those above, in the first two rows, and those before, which another chunk did.
    """
    values = _B([d.vector(o + r * COLUMNS) for r in range(6)])
    counts = _inside(code, h, H, lanes)
    add = [(before > 0).where(n, (above > 0).where(n, code.number(0)) if r < 2 else code.number(0)) for r, n in enumerate(counts)]
    values = [value + dx.vector(i + r * row, n) for r, (value, n) in enumerate(zip(values, add))]
    for r, (value, n) in enumerate(zip(values, counts)):
        dx.put(i + r * row, value, n)


@simd
def _transform_filter(code, a, i, a_step, lanes, b, o, b_step):
    """b = G a for one column."""
    for r, value in enumerate(_G([a.vector(i + r * a_step, lanes) for r in range(3)])):
        b.put(o + r * b_step, value)


@simd
def _transform_filter_back(code, a, i, a_step, b, o, b_step, lanes):
    """b = G^T a for one column."""
    for r, value in enumerate(_GT([a.vector(i + r * a_step) for r in range(6)])):
        b.put(o + r * b_step, value, lanes)


@simd
def _sum_pieces(code, s, i, pieces, piece, o):
    """s[o:] = the sum of what all pieces have found, in their order."""
    total = Variable(code.zeros())
    with code.loop(pieces) as t:
        total.set(total.get() + s.vector(i + t * piece))
    s.put(o, total.get())


@simd
def _add_tiles(code, M, m, tiles, sums, i):
    """sums += what all tiles have at one place."""
    total = Variable(sums.vector(i))
    with code.loop(tiles) as t:
        total.set(total.get() + M.vector(m + t * LANES))
    sums.put(i, total.get())


@compiled
def _units(P, Q):
    """A unit is a row of tiles, or 32 of a longer row. Units to a row and to a picture, tiles to a row, units to a chunk."""
    wide = (Q + 3) // 4
    parts = (wide + TILES - 1) // TILES
    return parts, (P + 3) // 4 * parts, wide, max(1, TILES // wide)


@compiled
def _spot(unit, P, Q):
    """Picture, row of tiles, first tile in the row, and number of tiles of a unit."""
    parts, units, wide, _ = _units(P, Q)
    first = unit % parts * TILES
    return unit // units, unit % units // parts, first, min(TILES, wide - first)


@compiled
def _input(x, n, h, left, tiles, s, V, d):
    """V for `tiles` tiles beside each other; the first of them starts at row h and column -left of picture n."""
    _, H, W, C = x.shape
    for panel in range(panels(C)):
        for w in range(4 * tiles + 2):
            if left <= w < W + left:
                i = ((n * H + h) * W + w - left) * C + panel * LANES
                _input_column(x, i, W * C, h, H, C - panel * LANES, s, d + w * LANES)
            else:
                for r in range(6):
                    clear(s, d + r * COLUMNS + w * LANES, LANES)
        for t in range(tiles):
            for r in range(6):
                _input_tile(s, d + r * COLUMNS + 4 * t * LANES, s, V + panel * PANEL + 6 * r * STEP + t * LANES)


@compiled
def _output(s, M, bias, floor, y, n, a, first, tiles, panel, count):
    """y for `tiles` tiles beside each other, in `count` panels of channels."""
    _, P, Q, O = y.shape
    for p in range(count):
        c = (panel + p) * LANES
        for t in range(tiles):
            m, i = M + p * PANEL + t * LANES, ((n * P + 4 * a) * Q + 4 * (first + t)) * O + c
            _output_tile(s, m, s, bias + c, floor, y, i, Q * O, O, P - 4 * a, Q - 4 * (first + t), O - c)


@compiled
def _output_gradient(dy, y, relu, n, a, first, tiles, s, M):
    """dM for `tiles` tiles beside each other."""
    _, P, Q, O = dy.shape
    for p in range(panels(O)):
        for t in range(tiles):
            m, i = M + p * PANEL + t * LANES, ((n * P + 4 * a) * Q + 4 * (first + t)) * O + p * LANES
            _output_gradient_tile(dy, y, relu, i, Q * O, O, P - 4 * a, Q - 4 * (first + t), O - p * LANES, s, m)


@compiled
def _input_gradient(dx, n, h, left, tiles, above, before, s, V, d):
    """The gradient of the pixels under these tiles."""
    _, H, W, C = dx.shape
    for panel in range(panels(C)):
        for r in range(6):
            clear(s, d + r * COLUMNS, 2 * LANES)
        for t in range(tiles):
            for r in range(6):
                _input_gradient_tile(s, V + panel * PANEL + 6 * r * STEP + t * LANES, s, d + r * COLUMNS + 4 * t * LANES)
        for w in range(max(0, left), min(4 * tiles + 2, W + left)):
            i = ((n * H + h) * W + w - left) * C + panel * LANES
            _input_gradient_column(s, d + w * LANES, dx, i, W * C, h, H, C - panel * LANES, above, before and w < 2)


@compiled
def _ahead(start, number, calls, P, Q, H, W, C):
    """Where in an array of pictures of H rows the pixels of some units begin, and how many lines of them to ask for in each of
    `calls` calls, in all of which other things are computed.
    """
    n, a, _, _ = _spot(start, P, Q)
    return (n * H + 4 * a) * W * C, (number * 4 * W * C // 16 + calls - 1) // calls


@compiled
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


@compiled
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


@compiled
def _filters(t, pieces, W, transposed, s, U, d):
    """U, or U^T for backward: the t-th part of the lines of its panels."""
    C, O = W.shape[2], W.shape[3]
    K, M = (O, C) if transposed else (C, O)
    height = (panels(K) * LANES + 1) * LANES
    for line in range(t * panels(M) * K // pieces, (t + 1) * panels(M) * K // pieces):
        panel, k = line // K, line % K
        lanes, u = M - panel * LANES, U + 36 * panel * height + k * LANES
        if transposed:
            for ij in range(9):
                for lane in range(min(LANES, lanes)):
                    s[d + ij * LANES + lane] = W[ij // 3, ij % 3, panel * LANES + lane, k]
        for j in range(3):
            o = d + (9 + j) * LANES
            if transposed:
                _transform_filter(s, d + j * LANES, 3 * LANES, lanes, s, o, 3 * LANES)
            else:
                _transform_filter(W, (j * C + k) * O + panel * LANES, 3 * C * O, lanes, s, o, 3 * LANES)
        for r in range(6):
            _transform_filter(s, d + (9 + 3 * r) * LANES, LANES, LANES, s, u + 6 * r * height, height)


@compiled
def _filter_gradients(t, pieces, s, dU, slot, dW, d):
    """dW from the dU of all pieces: the t-th part of it."""
    C, O = dW.shape[2], dW.shape[3]
    height = (panels(C) * LANES + 1) * LANES
    for line in range(t * panels(O) * C // pieces, (t + 1) * panels(O) * C // pieces):
        panel, c = line // C, line % C
        u = dU + 36 * panel * height + c * LANES
        for f in range(36):
            _sum_pieces(s, u + f * height, pieces, slot, d + f * LANES)
        for j in range(6):
            _transform_filter_back(s, d + j * LANES, 6 * LANES, s, d + (36 + j) * LANES, 6 * LANES, LANES)
        for r in range(3):
            i = (3 * r * C + c) * O + panel * LANES
            _transform_filter_back(s, d + (36 + 6 * r) * LANES, LANES, dW, i, C * O, O - panel * LANES)


@compiled
def _places(index):
    """Where the tiles lie in a panel, for the products, which compute a few rows more than there are."""
    for t in range(TILES + ROWS):
        index[t] = t * LANES


@task
def _forward(phase, t, words):
    """Phase 0: U. Phase 1: the outputs of some units."""
    w = table(words)
    x, W, b, y, s, index, plan = floats(w[0]), floats(w[1]), flat(w[2]), floats(w[3]), flat(w[4]), whole(w[4]), integers(w[5])
    top, left, relu, pieces, bias, U = plan[:6]
    V = plan[6] + t * plan[7]
    M, d, height = V + plan[8], V + plan[9], (panels(W.shape[2]) * LANES + 1) * LANES
    (N, P, Q, O), C = y.shape, W.shape[2]
    if phase == 0:
        _filters(t, pieces, W, False, s, U, d)
        if t == 0:
            _places(index)
            for o in range(panels(O) * LANES):
                s[bias + o] = b[o] if o < b.size else 0
        return
    _, units, wide, chunk = _units(P, Q)
    floor, stop = np.float32(0 if relu else -np.inf), (t + 1) * N * units // pieces
    for start in range(t * N * units // pieces, stop, chunk):
        last = min(start + chunk, stop) - 1
        tiles = (last - start) * wide + _spot(last, P, Q)[3]
        for unit in range(start, last + 1):
            n, a, first, count = _spot(unit, P, Q)
            _input(x, n, 4 * a - top, left - 4 * first, count, s, V + (unit - start) * wide * LANES, d)
        blocks, pairs = 36 * ((tiles + ROWS - 1) // ROWS), (panels(O) + 1) // 2
        i, lines = _ahead(last + 1, last + 1 - start, blocks * pairs, P, Q, x.shape[1], x.shape[2], C)
        o, y_lines = _ahead(start, last + 1 - start, blocks, P, Q, P, Q, O)
        for panel in range(0, panels(O), 2):  # two at a time, so that M is small
            both = min(2, panels(O) - panel)
            _multiply(s, index, V, C, U + 36 * panel * height, M, both, tiles, x, i, lines, y, o, y_lines)
            i, y_lines = i + blocks * lines * 16, 0
            for unit in range(start, last + 1):
                n, a, first, count = _spot(unit, P, Q)
                _output(s, M + (unit - start) * wide * LANES, bias, floor, y, n, a, first, count, panel, both)


@task
def _backward(phase, t, words):
    """Phase 0: U^T. Phase 1: dx, db and a partial dU of some pictures. Phase 2: dW."""
    w = table(words)
    x, W, y, dy = floats(w[0]), floats(w[1]), floats(w[2]), floats(w[3])
    dW, dx, s, index, plan = floats(w[4]), floats(w[5]), flat(w[6]), whole(w[6]), integers(w[7])
    top, left, relu, pieces, _, U = plan[:6]
    V = plan[6] + t * plan[7]
    M, d, db, dU = V + plan[8], V + plan[9], V + plan[10], V + plan[11]
    (N, P, Q, O), C = dy.shape, W.shape[2]
    if phase == 0:
        if dx.size:
            _filters(t, pieces, W, True, s, U, d)
        if t == 0:
            _places(index)
        return
    if phase == 2:
        if dW.size:
            _filter_gradients(t, pieces, s, plan[6] + plan[11], plan[7], dW, d)
        return
    clear(s, db, panels(O) * LANES)
    _, units, wide, chunk = _units(P, Q)
    begin, stop = t * N // pieces * units, (t + 1) * N // pieces * units
    for start in range(begin, stop, chunk):
        last = min(start + chunk, stop) - 1
        tiles = (last - start) * wide + _spot(last, P, Q)[3]
        for unit in range(start, last + 1):
            n, a, first, count = _spot(unit, P, Q)
            place = (unit - start) * wide * LANES
            if dW.size:
                _input(x, n, 4 * a - top, left - 4 * first, count, s, V + place, d)
            _output_gradient(dy, y, relu, n, a, first, count, s, M + place)
        for p in range(panels(O)):  # place 7, which is (1, 1), holds the sum of a tile
            _add_tiles(s, M + p * PANEL + 7 * STEP, tiles, s, db + p * LANES)
        after, number = last + 1, last + 1 - start
        if dW.size:
            calls = 36 * ((C + ROWS - 1) // ROWS)
            i, lines = _ahead(after, number, calls, P, Q, x.shape[1], x.shape[2], C)
            j, dy_lines = _ahead(after, number, calls, P, Q, P, Q, O)
            _multiply_transposed(s, index, V, C, M, O, dU, tiles, start > begin, x, i, lines, dy, j, dy_lines)
        if dx.size:
            calls = 36 * ((tiles + ROWS - 1) // ROWS)
            j, y_lines = _ahead(after, number, calls, P, Q, P, Q, O)
            i, dx_lines = _ahead(start, number, calls, P, Q, dx.shape[1], dx.shape[2], C)
            _multiply(s, index, M, O, U, V, panels(C), tiles, y, j, y_lines if relu else 0, dx, i, dx_lines)
            for unit in range(start, last + 1):
                n, a, first, count = _spot(unit, P, Q)
                v, h = V + (unit - start) * wide * LANES, 4 * a - top
                _input_gradient(dx, n, h, left - 4 * first, count, a > 0, first > 0, s, v, d)
