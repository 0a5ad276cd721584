"""What a search has found, and the files that it leaves."""

import json
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pellucid.errors import Interrupted, RecipeError
from pellucid.files import atomic_write
from pellucid.recipes import Choices, Range, Recipe
from pellucid.report.search import SearchData, render_search, value_text
from pellucid.report.trials import Trial, ranked
from pellucid.runs.tuning.study import Study
from pellucid.runs.tuning.trial import Task, varied

RECIPE, REPORT, TRIALS = "best.toml", "report.html", "trials.json"


@dataclass(frozen=True, eq=False, kw_only=True)
class Search:
    """What a search has found so far, and the folder with its report and the best recipe."""

    folder: Path
    study: Path  # the file with all trials, from which a search goes on
    report: Path
    recipe: Path  # TOML, for `pellucid train`
    best: Trial
    trials: Sequence[Trial] = field(repr=False)
    importance: Mapping[str, float] = field(repr=False)  # by dotted key, sums to 1; empty for few trials
    stopped: bool = False  # by Ctrl-C

    def to_json(self) -> dict:
        """What `pellucid tune --json` prints."""
        states = [trial.state for trial in self.trials]
        return {
            "loss": self.best.loss,
            "accuracy": self.best.accuracy,
            "best": self.best.number,
            "values": dict(self.best.values),
            **{state: states.count(state) for state in ("complete", "pruned", "failed", "unfinished")},
            "importance": dict(self.importance),
            "trials": [trial.to_json() for trial in self.trials],
            "stopped": self.stopped,
            "folder": str(self.folder),
            "study": str(self.study),
            "recipe": str(self.recipe),
            "report": str(self.report),
        }


def conclude(task: Task, study: Study, folder: Path, stopped: bool) -> Search:
    """Write the report, the trials and the best recipe. Interrupted or RecipeError where no trial was finished."""
    trials = study.trials(task.space)
    best = next(iter(ranked(trials)), None)
    if best is None and stopped:
        raise Interrupted(f"stopped before a trial was finished; go on with --storage {task.study}")
    if best is None:
        problems = [trial.problem for trial in trials if trial.problem]
        raise RecipeError(f"no trial came to its end: {problems[-1] if problems else 'all are unfinished'}")
    found = varied(task.prepared, best.values).recipe.override(
        {
            "name": f"{task.prepared.recipe.name or task.prepared.dataset.name}-tuned",
            "description": f"the best of {len(trials)} trials, validation loss {best.loss:.4g}",
        }
    )
    search = Search(
        folder=folder,
        study=task.study,
        report=folder / REPORT,
        recipe=folder / RECIPE,
        best=best,
        trials=trials,
        importance=study.importance(),
        stopped=stopped,
    )
    atomic_write(search.recipe, found.to_toml())
    atomic_write(search.report, render_search(_page(task, search, found)))
    atomic_write(folder / TRIALS, json.dumps(search.to_json(), indent=1) + "\n")
    return search


def _page(task: Task, search: Search, recipe: Recipe) -> SearchData:
    prepared, space = task.prepared, task.space
    return SearchData(
        title=prepared.dataset.name,
        created=time.strftime("%Y-%m-%d %H:%M"),
        recipe=prepared.recipe.name,
        space={key: in_words(found) for key, found in space.items()},
        logarithmic=frozenset(key for key, found in space.items() if isinstance(found, Range) and found.log),
        trials=search.trials,
        best=search.best,
        importance=search.importance,
        n_train=len(prepared.split.train),
        n_validation=len(prepared.split.validation),
        noun="picture" if prepared.dataset.is_pictures else "row",
        best_recipe=recipe.to_toml(),
        command=f"pellucid train --recipe {shlex.quote(str(search.recipe))}",
    )


def in_words(found: Range | Choices) -> str:
    """0.0001 to 0.01, logarithmic;  16, 32 or 64."""
    if isinstance(found, Range):
        return f"{value_text(found.low)} to {value_text(found.high)}{', logarithmic' if found.log else ''}"
    texts = [value_text(value) for value in found.choices]
    return " or ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else texts[0]
