"""Spans of neighbouring numbers, in kernels: cleared, copied, added. `a` and `b` are arrays, o and i where in them a span begins."""

from pellucid.kernels.compiled.simd import simd


@simd
def clear(code, a, o, count):
    """a[o:][:count] = 0."""
    code.vectors(count, lambda k, n: a.put(o + k, code.zeros(), n))


@simd
def copy(code, a, o, b, i, count):
    """a[o:][:count] = b[i:][:count]."""
    code.vectors(count, lambda k, n: a.put(o + k, b.vector(i + k, n), n))


@simd
def add(code, a, o, b, i, count):
    """a[o:][:count] += b[i:][:count]."""
    code.vectors(count, lambda k, n: a.put(o + k, a.vector(o + k, n) + b.vector(i + k, n), n))
