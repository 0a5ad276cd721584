"""Dropout: each unit is silenced with probability `rate` while training."""

from pellucid.kernels.reference.random import hash_uint32


def dropout_mask(rate, key, mask):
    """mask_i = 0 with probability `rate`, else 1 / (1 - rate)        (Srivastava et al. 2014, section 10, inverted).

    Element i is silenced when hash(key, i) < rate 2^32: the same mask for the same key, in any order of computation.
    """
    kept = hash_uint32(mask.size, key) >= int(rate * 2**32)
    mask[...] = kept.reshape(mask.shape)
    mask *= 1 / (1 - rate)
