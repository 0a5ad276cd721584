"""A network and its recipe in PyTorch: the same layers with the same weights, the same loss, the same optimiser.

PyTorch is the extra `torch`. Nothing here is imported before it is asked for.
"""

from pellucid.errors import RecipeError
from pellucid.lazy import lazy as _lazy

_HOME = {
    "check": "pellucid.pytorch.settings",
    "gradients_of": "pellucid.pytorch.module",
    "learn": "pellucid.pytorch.learn",
    "loss_of": "pellucid.pytorch.settings",
    "measured": "pellucid.pytorch.learn",
    "module_of": "pellucid.pytorch.module",
    "optimizer_of": "pellucid.pytorch.settings",
    "take_over": "pellucid.pytorch.module",
    "tensor": "pellucid.pytorch.module",
    "Pass": "pellucid.pytorch.learn",
}

NOTES = "pytorch.json"  # in the folder of a run: PyTorch's version, how far the first gradients differ, the last losses

__all__ = sorted([*_HOME, "NOTES", "problem", "require"])
__getattr__, __dir__ = _lazy(__name__, _HOME)


def problem() -> str | None:
    """Why there is no PyTorch; None where there is."""
    try:
        import torch  # noqa: F401
    except ImportError as error:
        return f"PyTorch cannot be imported ({error}); install it with: pip install 'pellucid[torch]'"
    return None


def require() -> None:
    """RecipeError where PyTorch is not installed."""
    if found := problem():
        raise RecipeError(found)
