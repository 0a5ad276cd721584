"""Normalisation: subtract a mean, divide by a deviation, then stretch and shift by what is learned.

    u = (x - m) / sqrt(v + epsilon)        y = g u + b

Batch norm takes the mean m and the variance v of a channel from all pictures and pixels of the batch, layer norm
takes those of a pixel from all its channels. Such m and v depend on every x, so there

    dx = (du - mean(du) - u mean(du u)) / sqrt(v + epsilon)        du = dy g

The functions of batch norm also apply the ReLU that often follows, where `relu`: y = max(g u + b, 0), and for dy they take
dy [g u + b > 0].
"""

import numpy as np


def batch_norm_forward(x, g, b, epsilon, relu, m, v, y):
    """m_c = mean_nr x        v_c = mean_nr (x - m)^2        y = g u + b        (Ioffe & Szegedy 2015, algorithm 1).

    x, y: (N, R, C), R pixels to a picture  g, b: (C,), or None for 1 and 0  m, v: (C,), written.
    """
    count = x.shape[0] * x.shape[1]
    np.divide(_sums(x), count, out=m)
    np.subtract(x, m, out=y)
    np.divide(_sums(y, y), count, out=v)
    _stretch(y, g, b, epsilon, relu, v)


def batch_norm_backward(x, g, b, epsilon, relu, m, v, dy, dg, db, dx):
    """dg = sum_nr dy u        db = sum_nr dy        dx = g (dy - db / NR - u dg / NR) / sqrt(v + epsilon).

    m, v: as the forward pass found them  dg, db: (C,), or None where they are not wanted. dy is overwritten where `relu`.
    """
    count = x.shape[0] * x.shape[1]
    if relu:
        _close(dy, x, g, b, epsilon, m, v, dx)
    sum_dy, sum_dy_u = _parameter_gradients(x, epsilon, m, v, dy, dg, db, dx)
    dx *= sum_dy_u * (-1 / count)  # dx was u
    dx += dy
    dx -= sum_dy * (1 / count)
    dx *= _scale(g, epsilon, v)


def normalise_forward(x, g, b, epsilon, relu, m, v, y):
    """y = g u + b with m and v as they are given, for example running means of batches."""
    np.subtract(x, m, out=y)
    _stretch(y, g, b, epsilon, relu, v)


def normalise_backward(x, g, b, epsilon, relu, m, v, dy, dg, db, dx):
    """dg = sum_nr dy u        db = sum_nr dy        dx = g dy / sqrt(v + epsilon)        for given m and v."""
    if relu:
        _close(dy, x, g, b, epsilon, m, v, dx)
    _parameter_gradients(x, epsilon, m, v, dy, dg, db, dx)
    np.multiply(dy, _scale(g, epsilon, v), out=dx)


def layer_norm_forward(x, g, b, epsilon, m, v, y):
    """m_r = mean_c x        v_r = mean_c (x - m)^2        y = g u + b        (Ba et al. 2016, equation 4).

    x, y: (R, C), a row for each pixel of each picture  g, b: (C,)  m, v: (R,), written.
    """
    np.mean(x, axis=1, out=m)
    np.subtract(x, m[:, None], out=y)
    np.divide(np.einsum("rc,rc->r", y, y), x.shape[1], out=v)
    y *= (1 / np.sqrt(v + epsilon))[:, None]
    y *= g
    y += b


def layer_norm_backward(x, g, epsilon, m, v, dy, dg, db, dx):
    """dg = sum_r dy u        db = sum_r dy        dx = (du - mean_c du - u mean_c (du u)) / sqrt(v + epsilon).

    du = dy g; dy is overwritten.
    """
    r = (1 / np.sqrt(v + epsilon))[:, None]
    np.subtract(x, m[:, None], out=dx)
    dx *= r  # dx is u
    np.einsum("rc,rc->c", dy, dx, out=dg)
    np.add.reduce(dy, axis=0, out=db)
    dy *= g  # dy is du
    dx *= -np.einsum("rc,rc->r", dy, dx)[:, None] * (1 / x.shape[1])
    dx += dy
    dx -= np.mean(dy, axis=1, keepdims=True)
    dx *= r


def _sums(a, b=None):
    """sum_nr a (or a b): (C,). First over each picture, then over all: in float32 20 times as exact as in one row."""
    return (np.einsum("nrc->nc", a) if b is None else np.einsum("nrc,nrc->nc", a, b)).sum(axis=0)


def _scale(g, epsilon, v):
    """g / sqrt(v + epsilon)."""
    r = 1 / np.sqrt(v + epsilon)
    return r if g is None else g * r


def _stretch(y, g, b, epsilon, relu, v):
    """y <- g y / sqrt(v + epsilon) + b, or 0 where that is less and `relu`."""
    y *= _scale(g, epsilon, v)
    if b is not None:
        y += b
    if relu:
        np.maximum(y, 0, out=y)


def _close(dy, x, g, b, epsilon, m, v, y):
    """dy <- dy [y > 0]: the backward of the ReLU."""
    normalise_forward(x, g, b, epsilon, False, m, v, y)
    dy *= y > 0


def _parameter_gradients(x, epsilon, m, v, dy, dg, db, u):
    """Write u, dg and db; return sum_nr dy and sum_nr dy u."""
    np.subtract(x, m, out=u)
    u *= _scale(None, epsilon, v)
    sum_dy, sum_dy_u = _sums(dy), _sums(dy, u)
    for gradient, value in ((dg, sum_dy_u), (db, sum_dy)):
        if gradient is not None:
            gradient[...] = value
    return sum_dy, sum_dy_u
