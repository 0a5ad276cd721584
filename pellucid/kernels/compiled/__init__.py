"""The formulas of `kernels/reference`, fast: Numba for float32, one file for each of the reference's.

The functions take the same arguments; updates do not touch the `scratch` that those of the reference need. Shapes, equations and
sources stand in the reference. What has no twin here is the reference's own function.
"""

from pellucid.kernels import listing, reference

_kernels = {name: kernel for name, kernel in listing.kernels_of(__name__).items() if name in reference.__all__}
__all__ = list(_kernels)
globals().update(_kernels)


def __getattr__(name: str):
    """What has no twin here is the reference's own function."""
    return getattr(reference, name)
