"""Sizes of pictures and of the windows that move over them."""

import numbers

Size = int | tuple[int, int]  # of a window: height and width, or one number for both
Padding = str | int  # "same", "valid" or a number of pixels


def whole(value, what: str, least: int = 1) -> int:
    """`value`, if it is a whole number of at least `least`. Errors: ValueError."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{what} is a whole number, at least {least}, got {value!r}")
    return int(value)


def pair(size: Size, what: str) -> tuple[int, int]:
    """Height and width of a window. Errors: ValueError."""
    both = tuple(size) if isinstance(size, tuple | list) else (size, size)
    if len(both) != 2:
        raise ValueError(f"{what} is one whole number or two, height and width, got {size!r}")
    return whole(both[0], what), whole(both[1], what)


def checked_padding(padding: Padding) -> Padding:
    """`padding`, if it is one. Errors: ValueError."""
    return padding if padding in ("same", "valid") else whole(padding, 'padding, if not "same" or "valid",', least=0)


def picture(layer, in_shape: tuple[int, ...]) -> tuple[int, int, int]:
    """(H, W, C) of the pictures that reach `layer`. Errors: ValueError where they are no pictures."""
    if len(in_shape) != 3:
        raise ValueError(f"{type(layer).__name__} needs pictures (H, W, C), got {tuple(in_shape)}")
    return in_shape


def windows(
    layer, in_shape: tuple[int, ...], size: tuple[int, int], stride: int, padding: Padding
) -> tuple[tuple[int, int], tuple[int, int]]:
    """How many windows fit, (P, Q), and how many rows and columns of zeros lie before the picture, (t, l).

    Along an axis of H pixels, with windows of h pixels and a step of s, "same" gives ceil(H / s) windows, with
    zeros as evenly as possible on both sides and the odd one behind; else there are floor((H + 2 padding - h) / s)
    + 1. Errors: ValueError where not one window fits.
    """
    height, width, _ = picture(layer, in_shape)
    (rows, top), (columns, left) = _along(height, size[0], stride, padding), _along(width, size[1], stride, padding)
    if min(rows, columns) < 1:
        raise ValueError(
            f"the {size[0]} × {size[1]} window of {type(layer).__name__} does not fit into {height} × {width} pixels; "
            "take larger pictures, smaller windows, fewer layers that shrink, or padding"
        )
    return (rows, columns), (top, left)


def _along(length: int, size: int, stride: int, padding: Padding) -> tuple[int, int]:
    if padding == "same":
        count = -(-length // stride)
        return count, max(0, (count - 1) * stride + size - length) // 2
    before = 0 if padding == "valid" else padding
    return (length + 2 * before - size) // stride + 1, before
