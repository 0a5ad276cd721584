"""The doctor of a run."""

from pellucid.runs.assemble.parts import Parts
from pellucid.runs.prepare import Prepared
from pellucid.training import Doctor


def call_doctor(prepared: Prepared, parts: Parts) -> Doctor | None:
    """A doctor for a run that starts, or goes on; None where the recipe wants none."""
    if not parts.recipe.training.doctor:
        return None
    return Doctor(
        parts.network,
        parts.loss,
        parts.update,
        parts.batches,
        epochs=parts.recipe.training.epochs,
        labels=prepared.dataset.labels[prepared.split.train],
        classes=prepared.dataset.classes,
        validation=0 if parts.recipe.training.folds else len(prepared.split.validation),  # folds test on all, and say more
        history=parts.epochs,
    )
