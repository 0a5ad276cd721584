"""A fault of a training, named, with its cure."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Finding:
    """What the doctor found: the fault by name, what was seen, and what to do about it, in words a beginner understands."""

    fault: str  # one of `doctor.FAULTS`: "dead units"
    epoch: int | None  # after which it was seen, from 0; None: before the first step
    what: str  # "23 of 64 units in layer 1 (Dense) never fire"
    cure: str  # "lower the learning rate (now 0.5) or use leaky ReLU"

    def __str__(self):
        return f"{self.what}; {self.cure}"
