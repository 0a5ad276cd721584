"""From stored pictures to a batch."""

import numpy as np


def gather(images, indices, scale, shift, x):
    """x_n = scale * images[i_n] + shift        images: (., K) uint8 or float32  scale, shift: (K,)  x: (n, K)."""
    np.copyto(x, images[indices])
    np.multiply(x, scale, out=x)
    np.add(x, shift, out=x)
