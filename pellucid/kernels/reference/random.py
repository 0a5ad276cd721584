"""Random bits as a function of a counter and a key: nothing is drawn in order, so nothing depends on order."""

import numpy as np

from pellucid.kernels.reference.hashing import scatter, uniform


def hash_uint32(count, key):
    """Hash the counters 0 .. count - 1 under `key`: (count,) uint32, uniform.

    `pellucid.seeding.mix` of (counter + key) mod 2^32, on a whole array: the integer mixer of Wellons (2018,
    "lowbias32", found by a search for the least biased 32-bit mixer).
    """
    return scatter(np.arange(count, dtype=np.uint32), key)


def uniform_noise(keys, out):
    """out_ni = 2 u_ni - 1, uniform in (-1, 1): u_ni from the counter i under the key of n        keys: (N,) uint32."""
    counters = np.arange(out[0].size, dtype=np.uint32)
    for row, key in zip(out.reshape(len(keys), -1), keys):
        row[:] = 2 * uniform(counters.copy(), key) - 1


def gaussian_noise(keys, std, x):
    """x_n += std e_n,  e ~ N(0, 1)        (Box and Muller 1958)        keys: (N,) uint32  x: (N, ...), changed in place.

    r = sqrt(-2 ln u), a = 2 pi v: r cos a and r sin a are two independent normal numbers. Counters 2i and 2i + 1 under the key
    of n give u and v; the cosines go to the first half of x_n, the sines to the second.
    """
    rows = x.reshape(len(keys), -1)
    half = (rows.shape[1] + 1) // 2
    pairs = 2 * np.arange(half, dtype=np.uint32)
    for row, key in zip(rows, keys):
        r = np.float32(std) * np.sqrt(-2 * np.log(uniform(pairs.copy(), key)))
        a = np.float32(2 * np.pi) * uniform(pairs + np.uint32(1), key)
        row[:half] += r * np.cos(a)
        row[half:] += (r * np.sin(a))[: len(row) - half]
