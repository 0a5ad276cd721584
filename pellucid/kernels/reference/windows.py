"""Windows that move over pictures: what convolutions and poolings have in common."""

BLOCK = 2**17  # numbers worked on at a time: 512 kB in float32, half the second-level cache of a core


def tap(x, i, j, stride, rows, columns):
    """x[:, s p + i, s q + j] for all p < rows and q < columns, as a view: the pixel at place (i, j) of every window."""
    return x[:, i : i + stride * (rows - 1) + 1 : stride, j : j + stride * (columns - 1) + 1 : stride]


def block_shape(pictures, rows, size):
    """How many pictures, and how many rows of each, make a block of about BLOCK numbers, `size` of them to a row."""
    return min(pictures, max(1, BLOCK // (rows * size))), min(rows, max(1, BLOCK // size))


def blocks(pictures, rows, size):
    """The pairs of slices, of the pictures and of their rows, that cut the work into such blocks."""
    count, height = block_shape(pictures, rows, size)
    for first in range(0, pictures, count or 1):
        for top in range(0, rows, height):
            yield slice(first, min(first + count, pictures)), slice(top, min(top + height, rows))


def frame_shape(x_shape, size, stride, padding, y_shape):
    """Height, width and channels of a picture with all the zeros around it that its windows reach into."""
    height = max(padding[0] + x_shape[1], (y_shape[1] - 1) * stride + size[0])
    width = max(padding[1] + x_shape[2], (y_shape[2] - 1) * stride + size[1])
    return height, width, x_shape[3]


def inside(frame, shape, padding):
    """The place of the pictures in their frames, as a view."""
    return frame[:, padding[0] : padding[0] + shape[1], padding[1] : padding[1] + shape[2]]
