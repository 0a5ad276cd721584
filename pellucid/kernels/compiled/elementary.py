"""e^x, e^x - 1, ln x, tanh and sigmoid in arithmetic alone, so that the compiler works on 16 numbers at a time, a library on one.

Errors below 4 units in the last place; NaN and infinity go through. Cephes (Moshier 1989; expf.c, logf.c, tanhf.c): polynomials on
a short interval and, for e^x and ln x, a power of two. Reordering would undo the split of ln 2 in two parts.
"""

from llvmlite import ir
from numba import float32, int32, types
from numba.extending import intrinsic

from pellucid.kernels.compiled.engine import exact


@intrinsic
def _from_bits(typing_context, bits):
    """The float32 whose bits are those of an int32."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.FloatType())

    return types.float32(types.int32), generate


@intrinsic
def _to_bits(typing_context, x):
    """The bits of a float32 as an int32."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(32))

    return types.int32(types.float32), generate


@intrinsic
def choose(typing_context, condition, a, b):
    """a where `condition`, else b, both computed: a branch would end the work on several numbers at once."""

    def generate(context, builder, signature, arguments):
        return builder.select(*arguments)

    return types.float32(types.boolean, types.float32, types.float32), generate


@exact(inline=True)
def _reduced(x):
    """n, r and the polynomial p with x = n ln 2 + r, e^r = 1 + r + p: |r| <= ln(2) / 2."""
    n = int32(x * float32(1.44269504) + choose(x > 0, float32(0.5), float32(-0.5)))
    r = x - float32(n) * float32(0.693359375) - float32(n) * float32(-2.12194440e-4)
    p = float32(1.9875691500e-4)
    p = p * r + float32(1.3981999507e-3)
    p = p * r + float32(8.3334519073e-3)
    p = p * r + float32(4.1665795894e-2)
    p = p * r + float32(1.6666665459e-1)
    p = p * r + float32(5.0000001201e-1)
    return n, r, p * r * r


@exact(inline=True)
def exp(x):
    """e^x."""
    bounded = choose(x < float32(89), x, float32(89))  # e^89 is infinite in float32, e^-104 is 0
    n, r, p = _reduced(choose(bounded > float32(-104), bounded, float32(-104)))
    half = n >> int32(1)  # 2^128 is not a float32, 2^64 twice is
    y = (p + r + float32(1)) * _from_bits((half + int32(127)) << int32(23))
    y *= _from_bits((n - half + int32(127)) << int32(23))
    return choose(x == x, y, x)


@exact(inline=True)
def expm1(x):
    """e^x - 1, exact near 0, where e^x has lost the digits of x."""
    small = abs(x) < float32(0.3)  # there n = 0 and r = x
    _, r, p = _reduced(choose(small, x, float32(0)))
    return choose(small, p + r, exp(x) - float32(1))


@exact(inline=True)
def tanh(x):
    """(e^2x - 1) / (e^2x + 1)."""
    size = abs(x)
    s = x * x
    p = float32(-5.70498872745e-3)
    p = p * s + float32(2.06390887954e-2)
    p = p * s + float32(-5.37397155531e-2)
    p = p * s + float32(1.33314422036e-1)
    p = p * s + float32(-3.33332819422e-1)
    far = float32(1) - float32(2) / (exp(size + size) + float32(1))
    return choose(size < float32(0.625), p * s * x + x, choose(x < 0, -far, far))


@exact(inline=True)
def sigmoid(x):
    """1 / (1 + e^-x)."""
    return float32(1) / (float32(1) + exp(-x))


@exact(inline=True)
def log(x):
    """ln x of a positive number that is not denormal (Cephes, logf.c): x = 2^n (1 + m), 1 + m between 1/sqrt(2) and sqrt(2)."""
    bits = _to_bits(x)
    m = _from_bits((bits & int32(0x7FFFFF)) | int32(0x3F000000))  # in [1/2, 1)
    small = m < float32(0.70710678)
    n = float32((bits >> int32(23)) - int32(126)) - choose(small, float32(1), float32(0))
    m = choose(small, m + m, m) - float32(1)
    p = float32(7.0376836292e-2)
    p = p * m - float32(1.1514610310e-1)
    p = p * m + float32(1.1676998740e-1)
    p = p * m - float32(1.2420140846e-1)
    p = p * m + float32(1.4249322787e-1)
    p = p * m - float32(1.6668057665e-1)
    p = p * m + float32(2.0000714765e-1)
    p = p * m - float32(2.4999993993e-1)
    p = p * m + float32(3.3333331174e-1)
    q = m * m
    return m + (p * m * q - n * float32(2.12194440e-4) - float32(0.5) * q) + n * float32(0.693359375)
