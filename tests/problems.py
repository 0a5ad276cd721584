"""Small problems to learn from, with no pictures, files or shuffling of the rooms that are not being tested."""

import functools
import math

import numpy as np
import sklearn.datasets


class Batches:
    """(x, t, w) in batches of `size`, as `fit` wants them; shuffled by (seed, epoch) where a seed is given."""

    def __init__(self, x, t, size, *, w=None, seed=None):
        self.x, self.t, self.w, self.size, self.seed = x, t, w, size, seed
        self.count = len(x)

    def __len__(self):
        return math.ceil(self.count / self.size)

    def epoch(self, number):
        order = np.arange(self.count)
        if self.seed is not None:
            order = np.random.default_rng([self.seed, number]).permutation(self.count)
        for start in range(0, self.count, self.size):
            part = order[start : start + self.size]
            yield self.x[part], self.t[part], None if self.w is None else self.w[part]


@functools.cache
def digits(dtype=np.float32):
    """The 1,797 handwritten digits of scikit-learn: x (1797, 64) from 0 to 1, t (1797,)."""
    x, t = sklearn.datasets.load_digits(return_X_y=True)
    return (x / 16).astype(dtype), t.astype(np.int64)


def clusters(n, features, classes, *, seed=0, spread=0.5, dtype=np.float32):
    """Points around one random centre a class, n in all: x (n, features), t (n,)."""
    rng = np.random.default_rng(seed)
    t = np.arange(n) % classes
    x = rng.standard_normal((classes, features))[t] + spread * rng.standard_normal((n, features))
    return x.astype(dtype), t
