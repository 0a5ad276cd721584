"""Blocks of a matrix product that stay in registers, for operands that lie where a convolution finds them."""

from pellucid.kernels.compiled.simd import LANES, Variable, simd

ROWS = LANES // 2  # 16 sums of LANES numbers fill half the registers of AVX-512, 8 half those of AVX2


class Block:
    """ROWS x panels vectors of sums."""

    def __init__(self, code, C, starts, panels, C_panel, add):
        self.code, self.C = code, C
        self.places = [[start + p * C_panel if p else start for p in range(panels)] for start in starts]
        self.sums = [[Variable(code.zeros()) for _ in row] for row in self.places]
        with code.when(add > 0):
            for places, sums in zip(self.places, self.sums):
                for place, total in zip(places, sums):
                    total.set(C.vector(place))

    def multiply(self, numbers, vectors):
        for number, sums in zip(numbers, self.sums):
            filled = number.splat()
            for vector, total in zip(vectors, sums):
                total.set(self.code.multiply_add(filled, vector, total.get()))

    def write(self):
        for places, sums in zip(self.places, self.sums):
            for place, total in zip(places, sums):
                self.C.put(place, total.get())


def _rows(panels):
    @simd
    def rows_block(code, A, a, A_rows, B, b, B_panel, C, c, C_rows, C_panel, first, length, segment, step, add):
        block = Block(code, C, [c + C_rows[first + r] for r in range(ROWS)], panels, C_panel, add)
        rows = [A.start(a + A_rows[first + r]) for r in range(ROWS)]
        columns = [B.start(b + p * B_panel) for p in range(panels)]
        segments = (length + segment - 1) // segment
        with code.loop(segments) as s:
            done = s * segment
            left = length - done
            with code.loop((left < segment).where(left, segment)) as k:
                block.multiply([row[s * step + k] for row in rows], [column.vector((done + k) * LANES) for column in columns])
        block.write()

    return rows_block


def _columns(panels):
    @simd
    def columns_block(code, A, a, A_rows, B, b, B_panel, C, c, C_panel, length, add):
        block = Block(code, C, [c + r * LANES for r in range(ROWS)], panels, C_panel, add)
        columns = [B.start(b + p * B_panel) for p in range(panels)]
        with code.loop(length) as k:
            row = A.start(a + A_rows[k])
            block.multiply([row[r] for r in range(ROWS)], [column.vector(k * LANES) for column in columns])
        block.write()

    return columns_block


rows_2, rows_1, columns_2, columns_1 = _rows(2), _rows(1), _columns(2), _columns(1)
