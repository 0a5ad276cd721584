"""Spans of neighbouring numbers, in kernels: cleared, copied, added. `a` and `b` are arrays, o and i where a span begins."""

from pellucid.kernels.compiled.simd import LANES, simd


@simd
def clear(code, a, o, count):
    """a[o:][:count] = 0."""
    code.vectors(count, lambda k, n: a.put(o + k, code.zeros(), n))


@simd
def copy(code, a, o, b, i, count):
    """a[o:][:count] = b[i:][:count]."""
    code.vectors(count, lambda k, n: a.put(o + k, b.vector(i + k, n), n))


@simd
def add(code, a, o, b, i, count, keep):
    """a[o:][:count] = b[i:][:count], added to what was there if `keep`."""

    def add_vector(k, n):
        lanes = code.number(LANES) if n is None else n
        a.put(o + k, a.vector(o + k, (keep > 0).where(lanes, code.number(0))) + b.vector(i + k, n), n)

    code.vectors(count, add_vector)


@simd
def fetch(code, a, o, lines):
    """Ask for so many lines of the cache from a[o] on: while something else is computed, they come from memory."""
    with code.loop(lines) as k:
        a.fetch(o + k * 16)


@simd
def fetch_to_write(code, a, o, lines):
    """The same, for lines that will be written."""
    with code.loop(lines) as k:
        a.fetch(o + k * 16, to_write=True)
