"""The doctor: observes a training and names its faults, each with the cure.

`doctor.py` says when it looks and which faults it knows; `look.py` takes the numbers, from a copy of the network; every
fault is a small function of a `Case`, in `data`, `gradients`, `activity`, `steps` and `answers`.
"""

from pellucid.training.doctor.doctor import FAULTS, Doctor

__all__ = ["FAULTS", "Doctor"]
