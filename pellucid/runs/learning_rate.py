"""Which learning rate suits these pictures and this recipe?"""

from pathlib import Path
from typing import Any

from pellucid.errors import RecipeError
from pellucid.recipes import Recipe
from pellucid.runs.assemble import assemble
from pellucid.runs.prepare import prepare
from pellucid.runs.progress import Silent
from pellucid.training import LearningRateSweep, sweep_learning_rates


def find_learning_rate(
    source: str | Path | None = None,
    recipe: str | Path | Recipe | None = None,
    *,
    steps: int = 100,
    progress: Silent | None = None,
    **overrides: Any,
) -> LearningRateSweep:
    """Try rates from 1e-6 to 10, one step each, on a network that is thrown away. Arguments and errors as `train`."""
    parts = assemble(prepare(source, recipe, overrides, progress or Silent()))
    if parts.update is None:
        raise RecipeError("L-BFGS chooses its own steps and has no learning rate to find; choose another optimizer.name")
    return sweep_learning_rates(parts.network, parts.loss, parts.update, parts.batches, steps=steps)
