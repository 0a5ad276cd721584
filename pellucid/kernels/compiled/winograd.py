"""Winograd: 3 x 3 convolutions of stride 1 with a quarter of the multiplications (Lavin & Gray 2016, F(4 x 4, 3 x 3)).

The picture is cut into tiles of 4 x 4 outputs; a tile d of 6 x 6 inputs belongs to each. With V = B^T d B and U = G W G^T,

    z = A^T M A        M[f] = V[f] U[f]  for each f of the 36 places in a tile, a product of (tiles, C) and (C, O) matrices

Backward is the transpose, step by step:

    dM = A dz A^T      dU[f] = V[f]^T dM[f]      dV[f] = dM[f] U[f]^T      dd = B dV B^T      dW = G^T dU G

Tiles are worked on in chunks whose V and M stay in the second-level cache. Channels lie in panels of LANES: V[panel, f, tile, lane].
Speeds up `reference.convolution`. Relative error about 2e-6, from the 1/6 and 1/24 in G.
"""

import numpy as np
from numba import njit, prange

from pellucid.kernels.compiled.product import ROWS, columns_1, columns_2, rows_1, rows_2
from pellucid.kernels.compiled.simd import LANES, Variable, aligned, simd

OPTIONS = {"nogil": True, "error_model": "numpy", "fastmath": {"contract", "reassoc", "nsz", "arcp", "afn"}, "cache": True}


def BT(d):
    """B^T d."""
    p, q, r, s = d[4] - 4 * d[2], d[3] - 4 * d[1], d[4] - d[2], 2 * (d[3] - d[1])
    return 4 * d[0] - 5 * d[2] + d[4], p + q, p - q, r + s, r - s, 4 * d[1] - 5 * d[3] + d[5]


def B(v):
    """B v."""
    p, q, r, s = v[1] + v[2], v[1] - v[2], v[3] + v[4], 2 * (v[3] - v[4])
    return 4 * v[0], 4 * (v[5] - q) - s, -5 * v[0] - 4 * p - r, q + s - 5 * v[5], v[0] + p + r, v[5]


def AT(m):
    """A^T m."""
    p, q, r, s = m[1] + m[2], m[1] - m[2], m[3] + m[4], m[3] - m[4]
    return m[0] + p + r, q + 2 * s, p + 4 * r, q + 8 * s + m[5]


def A(y):
    """A y."""
    p, q, r, s = y[0] + y[2], y[1] + y[3], y[0] + 4 * y[2], 2 * y[1] + 8 * y[3]
    return y[0], p + q, p - q, r + s, r - s, y[3]


def G(g):
    """G g."""
    p, q = (g[0] + g[2]) * (-1 / 6), g[1] * (1 / 6)
    r, s = g[0] * (1 / 24) + g[2] * (1 / 6), g[1] * (1 / 12)
    return g[0] * 0.25, p - q, p + q, r + s, r - s, g[2]


def GT(u):
    """G^T u."""
    p, q, r, s = u[1] + u[2], u[2] - u[1], u[3] + u[4], u[3] - u[4]
    return 0.25 * u[0] - p * (1 / 6) + r * (1 / 24), q * (1 / 6) + s * (1 / 12), r * (1 / 6) - p * (1 / 6) + u[5]


def both_ways(transform, columns):
    """transform X transform^T, for a matrix X given as columns: as rows."""
    return [transform(row) for row in zip(*map(transform, columns))]


@simd
def input_column(code, x, i, row, h, H, lanes, tmp, t, step):
    """tmp = B^T d for one column of pixels: 6 rows from row h of the picture; x[i] lies in that row, which may be outside."""
    d = [x.vector(i + r * row, ((h >= -r) & (h < H - r)).where(lanes, code.number(0))) for r in range(6)]
    for k, value in enumerate(BT(d)):
        tmp.put(t + k * step, value)


@simd
def input_tile(code, tmp, t, V, v, step):
    """V = tmp B for one row of one tile."""
    for j, value in enumerate(BT([tmp.vector(t + j * LANES) for j in range(6)])):
        V.put(v + j * step, value)


@simd
def output_tile(code, M, m, step, b, bias, floor, z, i, row, O, rows, columns, lanes):
    """z = max(A^T M A + b, floor) for one tile; the first `rows` rows and `columns` columns of it are inside the picture."""
    tile = both_ways(AT, [[M.vector(m + (6 * k + j) * step) for k in range(6)] for j in range(6)])
    b = b.vector(bias)
    tile = [[(y + b < floor).where(floor.splat(), y + b) for y in r] for r in tile]
    with code.either((rows >= 4) & (columns >= 4) & (lanes >= LANES)) as (whole, part):
        with whole:
            for r in range(4):
                for j in range(4):
                    z.put(i + r * row + j * O, tile[r][j])
        with part:
            for r in range(4):
                for j in range(4):
                    z.put(i + r * row + j * O, tile[r][j], ((rows > r) & (columns > j)).where(lanes, code.number(0)))


@simd
def output_gradient_tile(code, dz, gate, gated, i, row, O, rows, columns, lanes, M, m, step):
    """dM = A dz A^T for one tile."""
    def n(r, j):
        return ((rows > r) & (columns > j)).where(lanes, code.number(0))
    cells = [[Variable(dz.vector(i + r * row + j * O, n(r, j))) for r in range(4)] for j in range(4)]
    with code.when(gated > 0):
        for j in range(4):
            for r in range(4):
                y = gate.vector(i + r * row + j * O, n(r, j))
                cells[j][r].set((y > 0).where(cells[j][r].get(), code.zeros()))
    for k, values in enumerate(both_ways(A, [[cell.get() for cell in column] for column in cells])):
        for j, value in enumerate(values):
            M.put(m + (6 * k + j) * step, value)


@simd
def input_gradient_tile(code, V, v, step, tmp, t):
    """tmp += dV B^T for one row of one tile: its first two columns are the last two of the tile before."""
    dd = B([V.vector(v + j * step) for j in range(6)])
    for j, value in enumerate(dd):
        tmp.put(t + j * LANES, tmp.vector(t + j * LANES) + value if j < 2 else value)


@simd
def input_gradient_column(code, tmp, t, step, first, dx, i, row, h, H, lanes):
    """dx += B tmp for one column of pixels: its first two rows are the last two of the tiles above."""
    dd = B([tmp.vector(t + k * step) for k in range(6)])
    inside = [((h >= -r) & (h < H - r)).where(lanes, code.number(0)) for r in range(6)]
    above = [(first > 0).where(code.number(0), inside[r]) for r in range(2)]
    values = [dx.vector(i + r * row, above[r]) + dd[r] if r < 2 else dd[r] for r in range(6)]
    with code.either((h >= 0) & (h < H - 5) & (lanes >= LANES)) as (whole, part):
        with whole:
            for r in range(6):
                dx.put(i + r * row, values[r])
        with part:
            for r in range(6):
                dx.put(i + r * row, values[r], inside[r])


@simd
def filter_tile(code, W, i, step, lanes, U, u, U_step):
    """U = G W G^T."""
    for k, row in enumerate(both_ways(G, [[W.vector(i + (3 * r + j) * step, lanes) for r in range(3)] for j in range(3)])):
        for j, value in enumerate(row):
            U.put(u + (6 * k + j) * U_step, value)


@simd
def filter_gradient_tile(code, dU, u, step, pieces, piece_step, dW, i, W_step, lanes):
    """dW = G^T dU G, dU summed over the pieces in their order."""
    columns = []
    for j in range(6):
        sums = [Variable(code.zeros()) for _ in range(6)]
        with code.loop(pieces) as piece:
            for k, total in enumerate(sums):
                total.set(total.get() + dU.vector(u + piece * piece_step + (6 * k + j) * step))
        columns.append([total.get() for total in sums])
    for r, row in enumerate(both_ways(GT, columns)):
        for j, value in enumerate(row):
            dW.put(i + (3 * r + j) * W_step, value, lanes)


@simd
def add_tiles(code, M, m, tiles, sums, i):
    """sums += sum of M over the tiles."""
    total = Variable(sums.vector(i))
    with code.loop(tiles) as t:
        total.set(total.get() + M.vector(m + t * LANES))
    sums.put(i, total.get())


@njit(**OPTIONS)
def _input(x, n, a, top, left, tw, panel, s, V, step, tmp):
    """V for one row of tiles, one panel of channels."""
    _, H, W, C = x.shape
    columns, lanes, h = 4 * tw + 2, C - panel * LANES, 4 * a - top
    for w in range(columns):
        if left <= w < W + left:
            i = ((n * H + h) * W + w - left) * C + panel * LANES
            input_column(x, i, W * C, h, H, lanes, s, tmp + w * LANES, columns * LANES)
        else:
            for k in range(6):
                o = tmp + (k * columns + w) * LANES
                s[o : o + LANES] = 0
    for t in range(tw):
        for k in range(6):
            input_tile(s, tmp + (k * columns + 4 * t) * LANES, s, V + 6 * k * step + t * LANES, step)


@njit(**OPTIONS)
def _input_gradient(dx, n, a, top, left, tw, panel, s, V, step, tmp):
    _, H, W, C = dx.shape
    columns, lanes, h = 4 * tw + 2, C - panel * LANES, 4 * a - top
    for k in range(6):
        o = tmp + k * columns * LANES
        s[o : o + 2 * LANES] = 0
    for t in range(tw):
        for k in range(6):
            input_gradient_tile(s, V + 6 * k * step + t * LANES, step, s, tmp + (k * columns + 4 * t) * LANES)
    for w in range(left, min(columns, W + left)):
        i = ((n * H + h) * W + w - left) * C + panel * LANES
        input_gradient_column(s, tmp + w * LANES, columns * LANES, a == 0, dx, i, W * C, h, H, lanes)


@njit(**OPTIONS)
def _multiply(s, V, C, U, K, M, O, step, rows, tiles):
    """M[f] = V[f] U[f] for one place f."""
    for p in range(0, O, 2 * LANES):
        u, m = U + p * 36 * K, M + p // LANES * 36 * step
        for t in range(0, tiles, ROWS):
            if p + LANES < O:
                rows_2(s, V, s.view(np.int32), s, u, 36 * K * LANES, s, m, s.view(np.int32), 36 * step, rows + t, C, LANES, 36 * step, 0)
            else:
                rows_1(s, V, s.view(np.int32), s, u, 36 * K * LANES, s, m, s.view(np.int32), 36 * step, rows + t, C, LANES, 36 * step, 0)


@njit(**OPTIONS)
def _multiply_transposed(s, V, C, M, O, dU, K, step, rows, tiles, add):
    """dU[f] += V[f]^T M[f] for one place f."""
    for p in range(0, O, 2 * LANES):
        m, u = M + p // LANES * 36 * step, dU + p * 36 * K
        for c in range(0, C, ROWS):
            v = V + c // LANES * 36 * step + c % LANES
            if p + LANES < O:
                columns_2(s, v, s.view(np.int32)[rows:], s, m, 36 * step, s, u + c * LANES, 36 * K * LANES, tiles, add)
            else:
                columns_1(s, v, s.view(np.int32)[rows:], s, m, 36 * step, s, u + c * LANES, 36 * K * LANES, tiles, add)


@njit(**OPTIONS)
def _filters(W, transposed, s, U, tmp, piece, pieces):
    """U, or its transpose: a piece of the rows of all its panels."""
    C, O = W.shape[2:]
    K, M = (O, C) if transposed else (C, O)
    panels, stride = -(-M // LANES), -(-K // LANES) * LANES + 1
    for unit in range(piece * panels * K // pieces, (piece + 1) * panels * K // pieces):
        panel, k = unit // K, unit % K
        lanes, u = M - panel * LANES, U + (panel * 36 * stride + k) * LANES
        if transposed:
            for ij in range(9):
                for lane in range(min(LANES, lanes)):
                    s[tmp + ij * LANES + lane] = W[ij // 3, ij % 3, panel * LANES + lane, k]
            filter_tile(s, tmp, LANES, lanes, s, u, stride * LANES)
        else:
            filter_tile(W, k * O + panel * LANES, C * O, lanes, s, u, stride * LANES)


@njit(**OPTIONS)
def _filter_gradients(s, dU, dW, piece, pieces, slots, slot):
    C, O = dW.shape[2:]
    panels, stride = -(-O // LANES), -(-C // LANES) * LANES + 1
    for unit in range(piece * panels * C // pieces, (piece + 1) * panels * C // pieces):
        panel, c = unit // C, unit % C
        filter_gradient_tile(s, dU + (panel * 36 * stride + c) * LANES, stride * LANES, slots, slot, dW, c * O + panel * LANES, C * O, O - panel * LANES)


@njit(**OPTIONS)
def _forward_piece(piece, x, bias, floor, z, s, start, plan):
    top, left, rows_a_chunk, step, U, b, slots, slot, pieces = plan
    N, H, W, C = x.shape
    _, P, Q, O = z.shape
    th, tw, Cp, Op = -(-P // 4), -(-Q // 4), -(-C // LANES), -(-O // LANES)
    U, b, V = start + U, start + b, start + slots + piece * slot
    M = V + Cp * 36 * step
    rows = M + Op * 36 * step
    tmp = rows + step // LANES + ROWS
    K = Cp * LANES + 1
    for t in range(step // LANES + ROWS):
        s.view(np.int32)[rows + t] = t * LANES
    stop = (piece + 1) * N * th // pieces
    for first in range(piece * N * th // pieces, stop, rows_a_chunk):
        last = min(first + rows_a_chunk, stop)
        for r in range(first, last):
            for panel in range(Cp):
                _input(x, r // th, r % th, top, left, tw, panel, s, V + panel * 36 * step + (r - first) * tw * LANES, step, tmp)
        for f in range(36):
            _multiply(s, V + f * step, C, U + f * K * LANES, K, M + f * step, O, step, rows, (last - first) * tw)
        for r in range(first, last):
            n, a = r // th, r % th
            for panel in range(Op):
                for t in range(tw):
                    m = M + panel * 36 * step + ((r - first) * tw + t) * LANES
                    i = ((n * P + 4 * a) * Q + 4 * t) * O + panel * LANES
                    output_tile(s, m, step, s, b + panel * LANES, floor, z, i, Q * O, O, P - 4 * a, Q - 4 * t, O - panel * LANES)


@njit(**OPTIONS)
def _prepare(bias, s, b, O):
    for o in range(-(-O // LANES) * LANES):
        s[b + o] = bias[o] if o < bias.size else 0


@njit(**OPTIONS, parallel=True)
def forward_parallel(x, W, bias, floor, z, s, plan):
    start = aligned(s)
    pieces = plan[8]
    _prepare(bias, s, start + plan[5], W.shape[3])
    for piece in prange(pieces):
        _filters(W, False, s, start + plan[4], 0, np.int64(piece), pieces)
    for piece in prange(pieces):
        _forward_piece(np.int64(piece), x, bias, floor, z, s, start, plan)


@njit(**OPTIONS)
def forward_serial(x, W, bias, floor, z, s, plan):
    start = aligned(s)
    pieces = plan[8]
    _prepare(bias, s, start + plan[5], W.shape[3])
    for piece in range(pieces):
        _filters(W, False, s, start + plan[4], 0, piece, pieces)
    for piece in range(pieces):
        _forward_piece(piece, x, bias, floor, z, s, start, plan)


@njit(**OPTIONS)
def _backward_piece(piece, x, y, dz, dx, gated, with_dW, with_dx, s, start, plan):
    top, left, rows_a_chunk, step, U, b, slots, slot, pieces = plan
    N, P, Q, O = dz.shape
    C = dx.shape[3] if with_dx else x.shape[3]
    th, tw, Cp, Op = -(-P // 4), -(-Q // 4), -(-C // LANES), -(-O // LANES)
    U, V = start + U, start + slots + piece * slot
    M = V + Cp * 36 * step
    rows = M + Op * 36 * step
    tmp = rows + step // LANES + ROWS
    K, KT = Cp * LANES + 1, Op * LANES + 1
    db = tmp + (4 * tw + 2) * 6 * LANES
    dU = db + Op * LANES
    for t in range(step // LANES + ROWS):
        s.view(np.int32)[rows + t] = t * LANES
    s[db : db + Op * LANES] = 0
    begin, stop = piece * N // pieces * th, (piece + 1) * N // pieces * th
    for first in range(begin, stop, rows_a_chunk):
        last = min(first + rows_a_chunk, stop)
        tiles = (last - first) * tw
        for r in range(first, last):
            n, a = r // th, r % th
            if with_dW:
                for panel in range(Cp):
                    _input(x, n, a, top, left, tw, panel, s, V + panel * 36 * step + (r - first) * tw * LANES, step, tmp)
            for panel in range(Op):
                for t in range(tw):
                    m = M + panel * 36 * step + ((r - first) * tw + t) * LANES
                    i = ((n * P + 4 * a) * Q + 4 * t) * O + panel * LANES
                    output_gradient_tile(dz, y, gated, i, Q * O, O, P - 4 * a, Q - 4 * t, O - panel * LANES, s, m, step)
        for panel in range(Op):
            add_tiles(s, M + (panel * 36 + 7) * step, tiles, s, db + panel * LANES)
        for f in range(36):
            if with_dW:
                _multiply_transposed(s, V + f * step, C, M + f * step, O, dU + f * K * LANES, K, step, rows, tiles, first > begin)
            if with_dx:
                _multiply(s, M + f * step, O, U + f * KT * LANES, KT, V + f * step, C, step, rows, tiles)
        if with_dx:
            for r in range(first, last):
                for panel in range(Cp):
                    _input_gradient(dx, r // th, r % th, top, left, tw, panel, s, V + panel * 36 * step + (r - first) * tw * LANES, step, tmp)


@njit(**OPTIONS)
def backward_serial(x, W, y, dz, dW, db, dx, gated, with_dW, with_dx, s, plan):
    start = aligned(s)
    top, left, rows_a_chunk, step, U, b, slots, slot, pieces = plan
    C, O = W.shape[2:]
    tw = -(-dz.shape[2] // 4)
    Cp, Op = -(-C // LANES), -(-O // LANES)
    tmp = (Cp + Op) * 36 * step + step // LANES + ROWS
    dbs = tmp + (4 * tw + 2) * 6 * LANES
    for piece in range(pieces):
        if with_dx:
            _filters(W, True, s, start + U, start + slots + piece * slot + tmp, piece, pieces)
    for piece in range(pieces):
        _backward_piece(piece, x, y, dz, dx, gated, with_dW, with_dx, s, start, plan)
    if with_dW:
        for piece in range(pieces):
            _filter_gradients(s, start + slots + dbs + Op * LANES, dW, piece, pieces, pieces, slot)
    for o in range(db.size):
        db[o] = 0
        for piece in range(pieces):
            db[o] += s[start + slots + piece * slot + dbs + o]


@njit(**OPTIONS, parallel=True)
def backward_parallel(x, W, y, dz, dW, db, dx, gated, with_dW, with_dx, s, plan):
    start = aligned(s)
    top, left, rows_a_chunk, step, U, b, slots, slot, pieces = plan
    C, O = W.shape[2:]
    tw = -(-dz.shape[2] // 4)
    Cp, Op = -(-C // LANES), -(-O // LANES)
    tmp = (Cp + Op) * 36 * step + step // LANES + ROWS
    dbs = tmp + (4 * tw + 2) * 6 * LANES
    if with_dx:
        for piece in prange(pieces):
            _filters(W, True, s, start + U, start + slots + piece * slot + tmp, np.int64(piece), pieces)
    for piece in prange(pieces):
        _backward_piece(np.int64(piece), x, y, dz, dx, gated, with_dW, with_dx, s, start, plan)
    if with_dW:
        for piece in prange(pieces):
            _filter_gradients(s, start + slots + dbs + Op * LANES, dW, np.int64(piece), pieces, pieces, slot)
    for o in range(db.size):
        db[o] = 0
        for piece in range(pieces):
            db[o] += s[start + slots + piece * slot + dbs + o]
