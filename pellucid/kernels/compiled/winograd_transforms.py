"""The transforms of Winograd's convolution, F(4 x 4, 3 x 3): tiles of pictures, of their gradients, and filters (see `winograd`).

Channels lie in panels of LANES: V[panel, f, tile, lane], M likewise, U[panel of O, f, channel of C, lane].
"""

from pellucid.kernels.compiled.blocks import panels
from pellucid.kernels.compiled.engine import called
from pellucid.kernels.compiled.simd import LANES, Variable, simd
from pellucid.kernels.compiled.spans import clear

TILES = 32  # in a chunk: with 64 channels V takes 0.3 MB
STEP = (TILES + 1) * LANES  # from place to place; a power of two would put all 36 in the same few sets of the cache
PANEL = 36 * STEP
COLUMNS = (4 * TILES + 2) * LANES  # a row of pixels, for all tiles of a chunk beside each other


def _BT(d):
    """B^T d."""
    p, q, r, s = d[2].times(-4, d[4]), d[1].times(-4, d[3]), d[4] - d[2], d[3] - d[1]
    return d[0].times(4, d[2].times(-5, d[4])), p + q, p - q, s.times(2, r), s.times(-2, r), d[1].times(4, d[3].times(-5, d[5]))


def _B(v):
    """B v."""
    p, q, r, s = v[1] + v[2], v[1] - v[2], v[3] + v[4], v[3] - v[4]
    far = s.times(2, q)
    return 4 * v[0], (v[5] - q).times(4, -2 * s), v[0].times(-5, p.times(-4, -1 * r)), v[5].times(-5, far), v[0] + p + r, v[5]


def _AT(m):
    """A^T m."""
    p, q, r, s = m[1] + m[2], m[1] - m[2], m[3] + m[4], m[3] - m[4]
    return m[0] + p + r, s.times(2, q), r.times(4, p), s.times(8, q) + m[5]


def _A(y):
    """A y."""
    p, q, r, s = y[0] + y[2], y[1] + y[3], y[2].times(4, y[0]), y[3].times(8, 2 * y[1])
    return y[0], p + q, p - q, r + s, r - s, y[3]


def _G(g):
    """G g."""
    p, q = (g[0] + g[2]) * (1 / 6), g[1] * (1 / 6)
    r, s = g[0].times(1 / 24, g[2] * (1 / 6)), g[1] * (1 / 12)
    return g[0] * (1 / 4), -1 * (p + q), q - p, r + s, r - s, g[2]


def _GT(u):
    """G^T u."""
    p, q, r, s = u[1] + u[2], u[2] - u[1], u[3] + u[4], u[3] - u[4]
    return (
        u[0].times(1 / 4, p.times(-1 / 6, r * (1 / 24))),
        q.times(1 / 6, s * (1 / 12)),
        (r - p).times(1 / 6, u[5]),
    )


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
def add_tiles(code, M, m, tiles, sums, i):
    """sums += what all tiles have at one place."""
    total = Variable(sums.vector(i))
    with code.loop(tiles) as t:
        total.set(total.get() + M.vector(m + t * LANES))
    sums.put(i, total.get())


@called
def transform_input(x, n, h, left, tiles, s, V, d):
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


@called
def transform_output(s, M, bias, floor, y, n, a, first, tiles, panel, count):
    """y for `tiles` tiles beside each other, in `count` panels of channels."""
    _, P, Q, O = y.shape
    for p in range(count):
        c = (panel + p) * LANES
        for t in range(tiles):
            m, i = M + p * PANEL + t * LANES, ((n * P + 4 * a) * Q + 4 * (first + t)) * O + c
            _output_tile(s, m, s, bias + c, floor, y, i, Q * O, O, P - 4 * a, Q - 4 * (first + t), O - c)


@called
def transform_output_gradient(dy, y, relu, n, a, first, tiles, s, M):
    """dM for `tiles` tiles beside each other."""
    _, P, Q, O = dy.shape
    for p in range(panels(O)):
        for t in range(tiles):
            m, i = M + p * PANEL + t * LANES, ((n * P + 4 * a) * Q + 4 * (first + t)) * O + p * LANES
            _output_gradient_tile(dy, y, relu, i, Q * O, O, P - 4 * a, Q - 4 * (first + t), O - p * LANES, s, m)


@called
def transform_input_gradient(dx, n, h, left, tiles, above, before, s, V, d):
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


@called
def transform_filters(t, pieces, W, transposed, s, U, d):
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


@called
def transform_filter_gradients(t, pieces, s, dU, slot, dW, d):
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
