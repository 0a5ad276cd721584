"""Frames of zeros around pictures, in which the windows of a convolution lie: see `direct`, whose plan and memory these take.

The outputs are cut into chunks, and of a chunk's pictures only the rows that its windows see are in frames. What is called for each
chunk is inlined where that pays: handing over a plan of 27 numbers took 4 to 6 % of the first layer of LeNet-5.
"""

from typing import NamedTuple

from pellucid.kernels.compiled.blocks import ROWS
from pellucid.kernels.compiled.engine import called, exact
from pellucid.kernels.compiled.simd import LANES
from pellucid.kernels.compiled.spans import add, clear, copy


class Chunk(NamedTuple):
    """Outputs computed at a time: `height` rows from row p on, of `count` pictures from `first` on."""

    first: int
    count: int
    p: int
    height: int


@exact(inline=True)
def parts(y, plan):
    """Into how many groups the pictures are cut, and into how many bands the rows of each: a chunk is a band of a group."""
    return (len(y) + plan.group - 1) // plan.group, (y.shape[1] + plan.band - 1) // plan.band


@exact(inline=True)
def chunk_of(unit, y, plan):
    """The chunk of that number, counted through the bands of one group after the other."""
    _, bands = parts(y, plan)
    first, p = unit // bands * plan.group, unit % bands * plan.band
    return Chunk(first, min(plan.group, len(y) - first), p, min(plan.band, y.shape[1] - p))


@exact(inline=True)
def fill(x, chunk, rows, s, F, plan):
    """The first `rows` rows of the chunk's frames. What lies beside a picture was cleared once and for all."""
    _, H, W, C = x.shape
    top = chunk.p * plan.stride - plan.top
    for n in range(chunk.count):
        for r in range(rows):
            o = F + (n * plan.frame + r) * plan.wide * C
            if 0 <= top + r < H:
                copy(s, o + plan.left * C, x, ((chunk.first + n) * H + top + r) * W * C, W * C)
            else:
                clear(s, o, plan.wide * C)


@exact(inline=True)
def unfill(dx, chunk, rows, old, last, s, D, plan):
    """dx = the first `rows` rows of the chunk's frames, added in the first `old` of them; 0 below them in the last band."""
    _, H, W, C = dx.shape
    top = chunk.p * plan.stride - plan.top
    for n in range(chunk.count):
        for r in range(max(0, -top), H - top if last else min(rows, H - top)):
            o, i = ((chunk.first + n) * H + top + r) * W * C, D + ((n * plan.frame + r) * plan.wide + plan.left) * C
            if r < rows:
                add(dx, o, s, i, W * C, r < old)
            else:
                clear(dx, o, W * C)


@called
def find(chunk, C, index, at, plan):
    """Where in the frames the windows begin, and where in a panel the outputs lie; a few more of each for the products."""
    k, across = 0, plan.several * plan.stride
    for n in range(chunk.count):
        for p in range(chunk.height):
            for q in range(plan.Q):
                index[at + k] = ((n * plan.frame + p * plan.stride) * plan.wide + q * across) * C
                k += 1
    for r in range(ROWS):
        index[at + k + r] = 0
    for r in range(k + ROWS):
        index[at + plan.places + r] = r * LANES
    return k
