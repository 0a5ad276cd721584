"""Products of matrices whose sums stay in registers, for operands that lie where a convolution finds them.

BLAS, and `product`, want the rows of a matrix at equal distances. Here a row may begin anywhere,
rows may overlap (as the windows of a convolution do), and nothing is copied; the other operand and the result lie in panels of
LANES columns. With 16 to 128 channels this was 1.0 to 1.9 times as fast as OpenBLAS's sgemm, at 95 % of what the processor can add.
"""

from pellucid.kernels.compiled.engine import called
from pellucid.kernels.compiled.simd import LANES, Variable, simd

ROWS = LANES // 2  # sums of ROWS x 2 vectors fill half the registers of AVX-512 (16 of 32) or AVX2 (8 of 16)


@called
def panels(channels):
    """How many panels so many channels take."""
    return (channels + LANES - 1) // LANES


@called
def multiply_rows(s, index, A, A_rows, length, segment, step, B, B_panel, C, C_rows, C_panel, panels, rows):
    """C = A B.

    A: row r begins at s[A + index[A_rows + r]], and its `length` numbers come in segments, `step` apart. B: line k of panel p is
    s[B + p B_panel + k LANES:][:LANES]. C: row r of panel p is s[C + index[C_rows + r] + p C_panel:][:LANES]. Up to ROWS - 1
    rows behind the last one are computed too, so both parts of the index, and C, reach that far.
    """
    for panel in range(0, panels, 2):
        b, c = B + panel * B_panel, C + panel * C_panel
        for r in range(0, rows, ROWS):
            if panel + 1 < panels:
                _rows_2(s, index, A, A_rows + r, length, segment, step, b, B_panel, c, C_rows + r, C_panel)
            else:
                _rows_1(s, index, A, A_rows + r, length, segment, step, b, B_panel, c, C_rows + r, C_panel)


@called
def multiply_columns(s, index, A, A_rows, A_panel, columns, rows, B, B_panel, C, C_panel, panels, add):
    """C = A^T B, or C += that.

    A: column k of row r is s[A + index[A_rows + r] + k // LANES A_panel + k % LANES]. B: row r of panel p is
    s[B + p B_panel + r LANES:][:LANES]. C: line k of panel p is s[C + p C_panel + k LANES:][:LANES]. Up to ROWS - 1 columns
    behind the last one are read and computed too.
    """
    for panel in range(0, panels, 2):
        b, c = B + panel * B_panel, C + panel * C_panel
        for k in range(0, columns, ROWS):
            a = A + k // LANES * A_panel + k % LANES
            if panel + 1 < panels:
                _columns_2(s, index, a, A_rows, rows, b, B_panel, c + k * LANES, C_panel, add)
            else:
                _columns_1(s, index, a, A_rows, rows, b, B_panel, c + k * LANES, C_panel, add)


class _Sums:
    """ROWS vectors of sums in each of `panels` panels, to be written to s at `places`."""

    def __init__(self, code, s, places):
        self.code, self.s, self.places = code, s, places
        self.sums = [[Variable(code.zeros()) for _ in row] for row in places]

    def read(self):
        for places, sums in zip(self.places, self.sums):
            for place, total in zip(places, sums):
                total.set(self.s.vector(place))

    def add_products(self, numbers, vectors):
        """Add number[row] vector[panel] to each."""
        for number, sums in zip(numbers, self.sums):
            everywhere = number.splat()
            for vector, total in zip(vectors, sums):
                total.set(self.code.multiply_add(everywhere, vector, total.get()))

    def write(self):
        for places, sums in zip(self.places, self.sums):
            for place, total in zip(places, sums):
                self.s.put(place, total.get())


def _rows(panels):
    @simd
    def rows_block(code, s, index, A, A_rows, length, segment, step, B, B_panel, C, C_rows, C_panel):
        sums = _Sums(code, s, [[C + index[C_rows + i] + p * C_panel for p in range(panels)] for i in range(ROWS)])
        rows = [s.start(A + index[A_rows + i]) for i in range(ROWS)]
        lines = [s.start(B + p * B_panel) for p in range(panels)]
        with code.loop((length + segment - 1) // segment) as i:
            done = i * segment
            left = length - done
            with code.loop((left < segment).where(left, segment)) as k:
                sums.add_products([row[i * step + k] for row in rows], [line.vector((done + k) * LANES) for line in lines])
        sums.write()

    return rows_block


def _columns(panels):
    @simd
    def columns_block(code, s, index, A, A_rows, rows, B, B_panel, C, C_panel, add):
        sums = _Sums(code, s, [[C + i * LANES + p * C_panel for p in range(panels)] for i in range(ROWS)])
        with code.when(add > 0):
            sums.read()
        lines = [s.start(B + p * B_panel) for p in range(panels)]
        with code.loop(rows) as r:
            row = s.start(A + index[A_rows + r])
            sums.add_products([row[i] for i in range(ROWS)], [line.vector(r * LANES) for line in lines])
        sums.write()

    return columns_block


_rows_2, _rows_1, _columns_2, _columns_1 = _rows(2), _rows(1), _columns(2), _columns(1)
