"""The formulas, in NumPy: each function reads like its line in a textbook.

Outputs are passed in (`y`, `dx`, ...) and written whole. Where a docstring allows it, an output may be the same
array as an input. An update of the parameters takes memory for its work, `scratch`, so that a step allocates none.
N pictures of H rows, W columns and C channels; K features in, M features out; the gradient of `a` is `da`.
"""

from pellucid.kernels import listing

_kernels = listing.kernels_of(__name__)
__all__ = list(_kernels)
globals().update(_kernels)
