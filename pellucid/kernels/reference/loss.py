"""Losses: the value and the gradient for the network's outputs.

Each picture n has a loss l_n and a weight w_n (None: all 1). The loss of a batch is the weighted mean, and the division
stands here, so that nothing else divides by the batch:

    loss = sum_n w_n l_n / sum_n w_n        dz_n = w_n / (sum w) * dl_n/dz_n        (both 0 where all weights are 0)
"""

import numpy as np


def softmax_cross_entropy(z, t, w, smoothing, dz):
    """l = -sum_k q_k log p_k,  p = softmax(z),  q = (1 - s) onehot(t) + s / K        dl/dz = p - q.

    z: (N, K) logits  t: (N,) integer labels  w: (N,) or None  smoothing: s in [0, 1)  dz: (N, K). Returns the loss.
    log p_k = (z_k - max z) - log sum_j e^(z_j - max z) neither overflows nor takes the logarithm of 0.
    Label smoothing: Szegedy et al. 2016, section 7.
    """
    n, k = z.shape
    labelled = np.arange(0, n * k, k) + t  # where z[n, t_n] lies in the flat array: twice as fast as dz[rows, t]
    flat = dz.reshape(-1)
    np.subtract(z, np.maximum.reduce(z, axis=1, keepdims=True), out=dz)
    expected = flat[labelled]
    if smoothing:
        expected *= 1 - smoothing
        expected += smoothing / k * np.add.reduce(dz, axis=1)
    np.exp(dz, out=dz)
    total = np.add.reduce(dz, axis=1)
    losses = np.log(total) - expected
    dz /= total[:, None]  # dz is p
    if smoothing:
        dz -= smoothing / k
    flat[labelled] -= 1 - smoothing  # dz is p - q
    return _weighted_mean(losses, w, dz)


def softmax_cross_entropy_soft(z, q, w, dz):
    """l = -sum_k q_k log p_k,  p = softmax(z)        dl/dz = p sum_k q_k - q        q: (N, K) target probabilities."""
    np.subtract(z, np.maximum.reduce(z, axis=1, keepdims=True), out=dz)
    expected = np.add.reduce(q * dz, axis=1)
    np.exp(dz, out=dz)
    total = np.add.reduce(dz, axis=1)
    mass = np.add.reduce(q, axis=1)
    losses = mass * np.log(total) - expected
    dz *= (mass / total)[:, None]
    dz -= q
    return _weighted_mean(losses, w, dz)


def binary_cross_entropy(z, t, w, dz):
    """l = mean_k -(t log p + (1 - t) log(1 - p)),  p = sigmoid(z)        dl/dz = (p - t) / K.

    z: (N, K) logits  t: (N, K) targets in [0, 1]. Written as max(z, 0) - z t + log(1 + e^-|z|), which is finite for
    every z.
    """
    small = np.exp(-np.abs(z))  # in (0, 1]
    losses = np.mean(np.maximum(z, 0) - z * t + np.log1p(small), axis=1)
    np.divide(np.where(z >= 0, z.dtype.type(1), small), 1 + small, out=dz)  # dz is p
    dz -= t
    dz *= 1 / z.shape[1]
    return _weighted_mean(losses, w, dz)


def mean_squared_error(y, t, w, dy):
    """l = mean_k (y_k - t_k)^2        dl/dy = 2 (y - t) / K        y, t: (N, K)."""
    np.subtract(y, t, out=dy)
    losses = np.mean(dy * dy, axis=1)
    dy *= 2 / y.shape[1]
    return _weighted_mean(losses, w, dy)


def poisson(z, t, w, dz):
    """l = mean_k (m_k - t_k + t_k (log t_k - z_k)),  m = e^z        dl/dz = (m - t) / K        z, t: (N, K), t >= 0.

    Half the deviance of a Poisson distribution of mean e^z (McCullagh & Nelder 1989, section 2.3.1): 0 where e^z = t.
    """
    np.exp(z, out=dz)
    dz -= t
    logarithm = np.log(np.where(t > 0, t, 1))  # 0 log 0 = 0
    losses = np.mean(dz + t * (logarithm - z), axis=1)
    dz *= 1 / z.shape[1]
    return _weighted_mean(losses, w, dz)


def count_hits(z, t):
    """How many rows of z have their largest number at the label        z: (N, K)  t: (N,). Returns a whole number."""
    return int(np.count_nonzero(z.argmax(axis=1) == t))


def _weighted_mean(losses, w, dz):
    """sum_n w_n l_n / sum_n w_n; scales row n of dz by w_n / sum w."""
    if w is None:
        dz *= 1 / len(losses)
        return float(np.add.reduce(losses)) / len(losses)
    share = w / (np.add.reduce(w) or 1)
    dz *= share[:, None]
    return float(share @ losses)
