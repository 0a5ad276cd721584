"""Colours of whole pictures, and rectangles of noise in them."""

import numpy as np

from pellucid.kernels.reference.random import uniform

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # how bright red, green and blue look (ITU-R BT.601)


def colour(x, changes, low, high):
    """x <- g + s (x - g),  then  x <- m + c (x - m) + b,  held within [low, high]        m = (low + high) / 2.

    x: (N, H, W, C) float32, changed in place   changes: (N, 3) float32, saturation s, contrast c and brightness b of each
    picture. g = 0.299 red + 0.587 green + 0.114 blue is the grey of each pixel; pictures of other than three channels have no
    saturation.
    """
    saturation, contrast, brightness = changes.T[:, :, None, None, None]
    middle = np.float32((low + high) / 2)
    if x.shape[3] == 3:
        grey = (x @ LUMA)[..., None]
        x += (saturation - 1) * (x - grey)
    x -= middle
    x *= contrast
    x += middle + brightness
    np.clip(x, low, high, out=x)


def erase(x, boxes, keys, low, high):
    """x_n inside its box <- numbers uniform in (low, high), different for each pixel and channel.

    x: (N, H, W, C) float32, changed in place   boxes: (N, 4) int64, (top, left, bottom, right), the last two exclusive; an empty
    box erases nothing   keys: (N,) uint32, what the numbers are drawn from.
    """
    counters = np.arange(x[0].size, dtype=np.uint32).reshape(x[0].shape)
    for picture, (top, left, bottom, right), key in zip(x, boxes, keys):
        box = slice(top, bottom), slice(left, right)
        picture[box] = np.float32(low) + np.float32(high - low) * uniform(counters[box].copy(), key)
