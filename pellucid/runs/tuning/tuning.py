"""Which settings suit these pictures? A search by Optuna over the space that the recipe describes."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pellucid.errors import RecipeError
from pellucid.kernels import compilation_announced
from pellucid.machine import cores
from pellucid.recipes import Recipe, Space, default_space
from pellucid.report.trials import Trial, ranked
from pellucid.runs.folder import DEFAULT, check_free, new_folder
from pellucid.runs.prepare import Prepared, prepare
from pellucid.runs.progress import Silent
from pellucid.runs.tuning.search import TRIALS, Search, conclude
from pellucid.runs.tuning.study import Study, is_finished, need_optuna
from pellucid.runs.tuning.trial import Task, run_trial, varied
from pellucid.words import percent, plain

STUDY = "study.journal"
TRIALS_WANTED = 50


def tune(
    source: str | Path | None = None,
    recipe: str | Path | Recipe | None = None,
    out: str | Path | None = None,
    *,
    trials: int = TRIALS_WANTED,
    jobs: int = 1,
    storage: str | Path | None = None,
    progress: Silent | None = None,
    **overrides: Any,
) -> Search:
    """Train `trials` times on `source` with settings from the recipe's space; leave a report and the best recipe in a folder.

    Trials are compared by their lowest validation loss, and cut short where half of the others were better at the same epoch.
    The test part is not looked at. The first trial is the recipe as it is. Without a table [tune] in the recipe, the space is
    `recipes.default_space`.

    out: a folder that is empty, does not exist, or holds an earlier search, which then goes on; None makes
    runs/<source>-tune-<n>. trials: how many are to be finished in all, those of earlier and other processes counted.
    jobs: how many are trained at once, by joblib, which shares the cores among them; -1: one a core. With a back-end that spans
    machines (`joblib.parallel_config("ray")`), `storage` must be on a disk that all of them see.
    storage: the file of the study, where it is not to be in the folder. Several processes may work on one.
    Other arguments as `train`.

    Every finished trial is on the disk at once. Ctrl-C drops the trials that are being trained; report and recipe are written.
    Raises RecipeError for a space without sense, OutputError for a study of other pictures or settings, Interrupted where
    nothing was finished, PellucidError where Optuna is missing; otherwise as `train`.
    """
    need_optuna()
    progress = progress or Silent()
    if trials < 1:
        raise RecipeError(f"trials is {trials}; expected a whole number of at least 1")
    _check_folder(out)
    prepared = prepare(source, recipe, overrides, progress)
    if not len(prepared.split.validation):
        raise RecipeError("there are no validation pictures to compare trials on; set data.validation above 0")
    space = _checked_space(prepared)
    folder = new_folder(out, DEFAULT, f"{prepared.dataset.name}-tune")
    path = Path(storage) if storage else folder / STUDY
    jobs, across = _jobs(jobs, progress)
    threads = max(1, cores() // jobs) if jobs > 1 else None
    task = Task(prepared, space, path.absolute(), _identity(prepared, space), trials, threads)
    study = Study(task.study, task.identity, prepared.recipe.training.seed)
    study.begin_with(_values(prepared.recipe, space), space)
    stopped = False
    try:
        with compilation_announced(progress.say):
            _run(task, study, jobs, across, progress)
    except KeyboardInterrupt:
        stopped = True
        progress.say("stopped; writing the report of the trials that are finished")
    return conclude(task, study, folder, stopped)


def _check_folder(out: str | Path | None) -> None:
    """An earlier search may be gone on with; anything else in the folder is left alone."""
    if out is None or not ((Path(out) / STUDY).is_file() or (Path(out) / TRIALS).is_file()):
        check_free(out)


def _checked_space(prepared: Prepared) -> Space:
    """The recipe's space, or the default one; RecipeError where one of its values does not fit the recipe."""
    space = prepared.recipe.tune or default_space(prepared.recipe)
    for key, found in space.items():
        for value in found.values:
            try:
                varied(prepared, {key: value})
            except RecipeError as error:
                raise RecipeError(f"tune.{key}: {error}") from error
    return space


def _jobs(jobs: int, progress: Silent) -> tuple[int, bool]:
    """How many trials at once, and whether on several machines; on this one at most one a core."""
    import joblib

    backend, _ = joblib.parallel.get_active_backend()
    across = getattr(backend, "spans_machines", False)
    if across:
        return joblib.effective_n_jobs(jobs), True
    if jobs == 0:
        raise RecipeError("jobs is 0; expected a whole number of at least 1, or -1 for one a core")
    wanted = joblib.effective_n_jobs(jobs)
    if wanted > cores():
        progress.say(f"{cores()} trials at once in place of {wanted}: more than cores would only wait for each other")
    return min(wanted, cores()), False


def _run(task: Task, study: Study, jobs: int, across: bool, progress: Silent) -> None:
    """Run the trials that are still wanted."""
    import joblib

    done = sum(map(is_finished, study.trials(task.space)))
    if done:
        progress.say(f"going on after {done} trials of {task.study}")
    if done >= task.trials:
        return
    alone = jobs == 1 and not across
    work = (joblib.delayed(run_trial)(task, alone=alone) for _ in range(task.trials - done))
    backend, _ = joblib.parallel.get_active_backend()
    as_they_come = "generator_unordered" if backend.supports_return_generator else "list"
    with progress.task("trials", task.trials - done) as advance:
        for number in joblib.Parallel(n_jobs=jobs, batch_size=1, return_as=as_they_come)(work):
            _tell(number, study.trials(task.space), progress)
            advance()


def _tell(number: int | None, trials: Sequence[Trial], progress: Silent) -> None:
    """Say so where a trial is the best so far."""
    best = ranked(trials)
    if best and best[0].number == number:
        right = "" if best[0].accuracy is None else f", accuracy {plain(percent(best[0].accuracy))}"
        progress.say(f"trial {number + 1}: validation loss {best[0].loss:.4f}{right}, the best so far")


def _values(recipe: Recipe, space: Space) -> dict[str, Any]:
    """What the recipe has for each key of the space, as it stands in a TOML file."""
    tables = json.loads(json.dumps(recipe.tables()))
    found = {}
    for key in space:
        section, _, name = key.rpartition(".")
        if name in tables[section]:
            found[key] = tables[section][name]
    return found


def _identity(prepared: Prepared, space: Space) -> dict[str, Any]:
    """What trials must have in common to be compared."""
    tables = prepared.recipe.tables()
    tables.pop("name"), tables.pop("description"), tables.pop("tune", None)
    tables["data"].pop("source")  # the same pictures may lie elsewhere on another machine
    found = {
        "recipe": tables,
        "tune": {key: each.model_dump() for key, each in space.items()},
        "pictures": prepared.dataset.content_hash(),
    }
    return json.loads(json.dumps(found))
