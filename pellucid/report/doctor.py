"""What the doctor found while training, as the report shows it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pellucid.words import count


class Diagnosis(NamedTuple):
    """A fault in the report."""

    when: str  # "before the first step", "after epoch 3"
    what: str
    cure: str


def diagnoses(epochs: Sequence[Mapping]) -> list[Diagnosis]:
    """All faults that were named, in the order in which they were. epochs: `Epoch.to_json()` of each."""
    found = [finding for epoch in epochs for finding in epoch.get("findings") or ()]
    return [Diagnosis(_when(each["epoch"]), _sentence(each["what"]), _sentence(each["cure"])) for each in found]


def verdict(epochs: Sequence[Mapping]) -> str:
    """The first sentence of the section; "" where no doctor looked."""
    watched = sum(epoch.get("findings") is not None for epoch in epochs)
    if not watched:
        return ""
    faults = len(diagnoses(epochs))
    if faults:
        return f"The doctor watched {count(watched, 'epoch')} and named {count(faults, 'fault')}:"
    return (
        f"The doctor watched {count(watched, 'epoch')} and found nothing wrong: the loss at the start, the gradients, "
        "the units, the size of the steps and the answers were as they should be."
    )


def _when(epoch: int | None) -> str:
    return "before the first step" if epoch is None else f"after epoch {epoch + 1}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
