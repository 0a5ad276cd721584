"""What a kernel set holds. A kernel is a public function in one of these files, and stands in no other list."""

import importlib
from collections.abc import Callable

FILES = (
    *("activation", "chain", "colour", "convolution", "crop", "dense", "depthwise", "dropout"),
    *("gather", "loss", "mix", "normalisation", "optimizer", "pooling", "random", "warp"),
)


def kernels_of(package: str) -> dict[str, Callable]:
    """The public functions that the files of a kernel set define, by name, in alphabetical order."""
    found = {}
    for file in FILES:
        module = importlib.import_module(f"{package}.{file}")
        found |= {name: value for name, value in vars(module).items() if _is_kernel(name, value, module.__name__)}
    return dict(sorted(found.items()))


def _is_kernel(name: str, value: object, module: str) -> bool:
    """Whether it is a function of this module, plain or compiled, and neither a class nor imported there."""
    own = callable(value) and getattr(value, "__module__", None) == module
    return own and not isinstance(value, type) and not name.startswith("_")
