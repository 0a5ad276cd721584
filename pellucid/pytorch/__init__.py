"""A network and its recipe in PyTorch: the same layers with the same weights, the same loss, the same optimiser.

PyTorch is the extra `torch`. Nothing here is imported before it is asked for.
"""

from pellucid.lazy import lazy as _lazy

_HOME = {
    "Pass": "pellucid.pytorch.learn",
    "check": "pellucid.pytorch.settings",
    "gradients_of": "pellucid.pytorch.module",
    "learn": "pellucid.pytorch.learn",
    "loss_of": "pellucid.pytorch.settings",
    "measured": "pellucid.pytorch.learn",
    "module_of": "pellucid.pytorch.module",
    "optimizer_of": "pellucid.pytorch.settings",
    "take_over": "pellucid.pytorch.module",
    "tensor": "pellucid.pytorch.module",
    "problem": "pellucid.pytorch.availability",
    "require": "pellucid.pytorch.availability",
}

NOTES = "pytorch.json"  # in the folder of a run: PyTorch's version, how far the first gradients differ, the last losses

__all__ = ["NOTES", *_HOME]
__getattr__, __dir__ = _lazy(__name__, _HOME)
