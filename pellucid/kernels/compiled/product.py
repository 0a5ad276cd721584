"""Products of row-major matrices whose sums stay in registers: C = A B, for PANEL columns of C at a time.

The numbers of B that those columns meet are packed first: copied side by side, so that they stay in the cache and fill whole
vectors. A is read where it lies, one number at a time, each for two vectors of B. The ROWS x 2 vectors of sums then keep the
processor's multipliers busy (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34, 2008).
Each sum runs over its terms in their order, so its bits depend neither on the threads nor on what is computed beside it.
"""

from pellucid.kernels.compiled.blocks import ROWS
from pellucid.kernels.compiled.engine import called
from pellucid.kernels.compiled.simd import LANES, Variable, simd

PANEL = 2 * LANES  # columns
ROW = 8 * LANES  # columns of a single row
DEPTH = 512  # terms for which a panel is packed: 64 KB, which the second-level cache holds beside the rows of A


@called
def width(columns):
    """Numbers in a line of a packed panel: one vector where that is enough, else two."""
    return LANES if columns <= LANES else PANEL


@called
def multiply(A, a, a_row, a_step, depth, B, b, b_step, C, c, c_row, rows, columns, add):
    """C = A B, or C += A B with `add`, for at most PANEL columns.

    A: term k of row i is A[a + i a_row + k a_step]. B: line k begins at B[b + k b_step] and is as long as a line of a packed panel.
    C: C[c + i c_row + j].
    """
    for i in range(0, rows, ROWS):
        if columns > LANES:
            _tile_2(A, a + i * a_row, a_row, a_step, depth, B, b, b_step, C, c + i * c_row, c_row, rows - i, columns, add)
        else:
            _tile_1(A, a + i * a_row, a_row, a_step, depth, B, b, b_step, C, c + i * c_row, c_row, rows - i, columns, add)


@called
def multiply_row(A, a, depth, B, b, b_step, C, c, columns):
    """C = A B for one row of C and all its columns. B is read once, where it lies."""
    for j in range(0, columns, ROW):
        _tile_row(A, a, 0, 1, depth, B, b + j, b_step, C, c + j, 0, 1, columns - j, 0)


def _tile(most, vectors):
    @simd
    def tile(code, A, a, a_row, a_step, depth, B, b, b_step, C, c, c_row, rows, columns, add):
        """At most `most` rows of C. Rows behind the last one repeat it, and are not written."""
        last = rows - 1
        offsets = [(code.number(i) < last).where(code.number(i), last) for i in range(most)]
        lines, results = [A.start(a + i * a_row) for i in offsets], [C.start(c + i * c_row) for i in offsets]
        parts = [(code.number(p * LANES), columns - p * LANES) for p in range(vectors)]
        sums = [[Variable(code.zeros()) for _ in parts] for _ in lines]
        with code.when(add > 0):
            for result, row in zip(results, sums):
                for (place, lanes), total in zip(parts, row):
                    total.set(result.vector(place, lanes))
        panel = B.start(b)
        with code.loop(depth) as k:
            vectors_of_B = [panel.vector(k * b_step + place, lanes if most == 1 else None) for place, lanes in parts]
            for line, row in zip(lines, sums):
                number = line[k * a_step].splat()
                for vector, total in zip(vectors_of_B, row):
                    total.set(code.multiply_add(number, vector, total.get()))
        for i, (result, row) in enumerate(zip(results, sums)):
            with code.when(code.number(i) < rows):
                for (place, lanes), total in zip(parts, row):
                    result.put(place, total.get(), lanes)

    return tile


_tile_1, _tile_2, _tile_row = _tile(ROWS, 1), _tile(ROWS, 2), _tile(1, ROW // LANES)


@called
def pack(B, b, b_row, depth, columns, P, p):
    """P[p + k width + j] = B[b + k b_row + j] for j < columns, 0 for the others: a panel, line by line."""
    if columns > LANES:
        _pack_2(B, b, b_row, depth, columns, P, p)
    else:
        _pack_1(B, b, b_row, depth, columns, P, p)


def _pack(vectors):
    @simd
    def pack(code, B, b, b_row, depth, columns, P, p):
        with code.loop(depth) as k:
            source, line = B.start(b + k * b_row), P.start(p + k * (vectors * LANES))
            for v in range(vectors):
                line.put(v * LANES, source.vector(v * LANES, columns - v * LANES))

    return pack


_pack_1, _pack_2 = _pack(1), _pack(2)


@simd
def pack_transposed(code, B, b, b_row, depth, columns, width, P, p):
    """P[p + k width + j] = B[b + j b_row + k] for j < columns, 0 for the others. Up to LANES - 1 lines of zeros follow."""
    with code.loop(width // LANES) as v:
        with code.loop((depth + LANES - 1) // LANES) as block:
            k = block * LANES
            rows = []
            for i in range(LANES):
                j = v * LANES + i
                lanes = (j < columns).where(depth - k, code.number(0))
                rows.append(B.vector(b + (j < columns).where(j, code.number(0)) * b_row + k, lanes))
            for i, row in enumerate(code.transposed(rows)):
                P.put(p + (k + i) * width + v * LANES, row)
