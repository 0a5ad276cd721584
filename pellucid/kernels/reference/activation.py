"""Activations: y = f(z) and dz = dy f'(z), element by element, on arrays of any shape.

Where the derivative can be told from the output, the backward function takes `y`, and `y` may be the array `z`:
ReLU, leaky ReLU, ELU, sigmoid and tanh. GELU and SiLU take `z`. `dz` may be the array `dy`.
"""

import math

import numpy as np

LEAK = 0.01  # slope of leaky ReLU below zero (Maas et al. 2013, Rectifier Nonlinearities, section 2)
GELU_SCALE = math.sqrt(2 / math.pi)
GELU_CUBIC = 0.044715


def relu(z, y):
    """y = max(z, 0)."""
    np.maximum(z, 0, out=y)


def relu_backward(dy, y, dz):
    """dz = dy [y > 0]."""
    np.multiply(dy, y > 0, out=dz)


def leaky_relu(z, y):
    """y = max(z, 0.01 z)."""
    np.maximum(z, LEAK * z, out=y)


def leaky_relu_backward(dy, y, dz):
    """dz = dy (1 where y > 0, else 0.01)."""
    np.multiply(dy, np.where(y > 0, dy.dtype.type(1), dy.dtype.type(LEAK)), out=dz)


def elu(z, y):
    """y = z where z > 0, else e^z - 1        (Clevert et al. 2016, equation 15, alpha = 1)."""
    negative = np.expm1(np.minimum(z, 0))
    np.maximum(z, 0, out=y)
    y += negative


def elu_backward(dy, y, dz):
    """dz = dy (1 where y > 0, else y + 1)        because e^z = y + 1."""
    np.multiply(dy, np.minimum(y, 0) + 1, out=dz)


def sigmoid(z, y):
    """y = 1 / (1 + e^-z) = (1 + tanh(z/2)) / 2        the second form cannot overflow."""
    np.multiply(z, 0.5, out=y)
    np.tanh(y, out=y)
    y += 1
    y *= 0.5


def sigmoid_backward(dy, y, dz):
    """dz = dy y (1 - y)."""
    np.multiply(dy, y * (1 - y), out=dz)


def tanh(z, y):
    """y = tanh(z)."""
    np.tanh(z, out=y)


def tanh_backward(dy, y, dz):
    """dz = dy (1 - y^2)."""
    np.multiply(dy, 1 - y * y, out=dz)


def silu(z, y):
    """y = z s(z), s the sigmoid        (Elfwing et al. 2018, equation 3)."""
    s = np.empty_like(z)
    sigmoid(z, s)
    np.multiply(z, s, out=y)


def silu_backward(dy, z, dz):
    """dz = dy s (1 + z (1 - s))."""
    s = np.empty_like(z)
    sigmoid(z, s)
    np.multiply(dy, s * (1 + z * (1 - s)), out=dz)


def gelu(z, y):
    """y = z (1 + tanh u) / 2,  u = sqrt(2/pi) (z + 0.044715 z^3)        (Hendrycks & Gimpel 2016, section 2)."""
    u = GELU_SCALE * z * (1 + GELU_CUBIC * z * z)
    np.multiply(z, 0.5 + 0.5 * np.tanh(u), out=y)


def gelu_backward(dy, z, dz):
    """dz = dy ((1 + tanh u) / 2 + z (1 - tanh^2 u) u' / 2),  u' = sqrt(2/pi) (1 + 3 * 0.044715 z^2)."""
    t = np.tanh(GELU_SCALE * z * (1 + GELU_CUBIC * z * z))
    slope = GELU_SCALE * (1 + 3 * GELU_CUBIC * z * z)
    np.multiply(dy, 0.5 + 0.5 * t + 0.5 * z * (1 - t * t) * slope, out=dz)
