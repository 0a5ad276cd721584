"""The study of a search: Optuna's record of all trials, one file that several processes write to."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.errors import DataError, OutputError, PellucidError
from pellucid.recipes import Choices, Range, Recipe, Space
from pellucid.recipes.space import whole
from pellucid.report.trials import Trial
from pellucid.seeding import generator

if TYPE_CHECKING:
    import optuna

NAME = "pellucid"  # of the only study in a file
OUTCOME = "outcome"  # the attribute of a trial that holds what Optuna does not
STOPPED = "stopped by the user"
FREE_TRIALS = 5  # that run to their end before any is cut short
FREE_EPOCHS = 3  # of each trial
ENOUGH_FOR_IMPORTANCE = 10  # complete trials; of fewer, importances are noise


def need_optuna() -> None:
    """PellucidError where Optuna is missing."""
    try:
        import optuna
    except ImportError as error:
        raise PellucidError("a search needs Optuna, which is missing: pip install 'pellucid[tune]'") from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)


class Study:
    """The trials in a journal file, which is made if there is none.

    Optuna advises its journal where several processes share a study: each operation is one line, appended under a lock and
    flushed to the disk, so a process that is killed takes no finished trial with it.

    path: the file. identity: what trials must have in common to be compared; a file that was begun with another one raises
    OutputError. seed: with the number of a trial, it fixes the luck of its proposal.
    """

    def __init__(self, path: str | Path, identity: Mapping[str, Any], seed: int):
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

        self.path, self.seed = Path(path), seed
        # The lock by opening works on Windows too. 10 s: one that was killed with its process is not waited for longer.
        lock = JournalFileOpenLock(str(path), grace_period=10)
        try:
            _mend(self.path, lock)
            storage = JournalStorage(JournalFileBackend(str(path), lock))
            pruner = optuna.pruners.MedianPruner(n_startup_trials=FREE_TRIALS, n_warmup_steps=FREE_EPOCHS)
            settings = {"study_name": NAME, "storage": storage, "sampler": _sampler(seed), "pruner": pruner}
            self._study = optuna.create_study(direction="minimize", load_if_exists=True, **settings)
        except OSError as error:
            raise OutputError(f"cannot write {path}: {error.strerror}; choose another file with --storage") from error
        except (ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
            raise DataError(f"{path} is no study of pellucid ({error}); choose another file with --storage") from error
        self._check(identity)

    def _check(self, identity: Mapping[str, Any]) -> None:
        known = self._study.user_attrs
        for key, value in identity.items():
            if key not in known:
                self._study.set_user_attr(key, value)
            elif known[key] != value:
                raise OutputError(
                    f"the search in {self.path} was begun with {_difference(key, known[key], value)}; "
                    "go on with the same pictures and settings, or choose another file with --storage"
                )

    def begin_with(self, values: Mapping[str, Any], space: Space) -> None:
        """Let the first trial of a new study be these values, as far as the space holds them."""
        if not self._study.trials:
            inside = {key: _stored(space[key], value) for key, value in values.items() if space[key].holds(value)}
            self._study.enqueue_trial(inside)

    def ask(self, space: Space) -> tuple["optuna.Trial", dict[str, Any]]:
        """A new trial, and the value that it proposes for each key of the space."""
        trial = self._study.ask()
        return trial, {key: _suggested(trial, key, found) for key, found in space.items()}

    def tell(self, trial: "optuna.Trial", state: str, loss: float | None, outcome: Mapping[str, Any]) -> None:
        """End a trial: "complete" with its loss, "pruned" or "failed"; outcome: what else is known of it."""
        from optuna.trial import TrialState

        states = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}
        trial.set_user_attr(OUTCOME, dict(outcome))
        self._study.tell(trial, loss if state == "complete" else None, state=states[state])

    def trials(self, space: Space) -> list[Trial]:
        """All trials that were begun, in their order."""
        found = self._study.get_trials(deepcopy=False)
        return [_read(trial, space) for trial in found if trial.state.name != "WAITING"]

    def importance(self) -> dict[str, float]:
        """The share of each key in the differences of the complete trials' losses (fANOVA, Hutter et al. 2014).

        Empty where there are too few of them. (Optuna's default compares the best tenth of the trials with all of them: of
        twenty, that is two.)
        """
        import optuna

        if sum(trial.state.name == "COMPLETE" for trial in self._study.get_trials(deepcopy=False)) < ENOUGH_FOR_IMPORTANCE:
            return {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
            return optuna.importance.get_param_importances(self._study, evaluator=evaluator)


def is_finished(trial: Trial) -> bool:
    """Whether a trial counts: cut short or not, it said what it had to say."""
    return trial.state in ("complete", "pruned") or (trial.state == "failed" and trial.problem != STOPPED)


def _sampler(seed: int) -> "optuna.samplers.BaseSampler":
    """Optuna's tree of Parzen estimators, its luck fixed by the seed and the number of the trial alone.

    So a search that goes on after an interruption proposes what it would have proposed, and processes that share a study
    never propose the same.
    """
    from optuna.samplers import BaseSampler, TPESampler

    class Numbered(BaseSampler):
        def before_trial(self, study, trial):
            self._tree = TPESampler(seed=int(generator(seed, "tune", trial.number).integers(2**31)))

        def infer_relative_search_space(self, study, trial):
            return self._tree.infer_relative_search_space(study, trial)

        def sample_relative(self, study, trial, search_space):
            return self._tree.sample_relative(study, trial, search_space)

        def sample_independent(self, study, trial, param_name, param_distribution):
            return self._tree.sample_independent(study, trial, param_name, param_distribution)

    return Numbered()


def _suggested(trial: "optuna.Trial", key: str, found: Range | Choices) -> Any:
    if isinstance(found, Choices):  # Optuna stores numbers and text: lists go by their place
        return found.choices[trial.suggest_categorical(key, list(range(len(found.choices))))]
    if whole(key, found, Recipe):
        return trial.suggest_int(key, int(found.low), int(found.high), log=found.log)
    return trial.suggest_float(key, found.low, found.high, log=found.log)


def _stored(found: Range | Choices, value: Any) -> Any:
    return found.choices.index(value) if isinstance(found, Choices) else value


def _read(trial: "optuna.trial.FrozenTrial", space: Space) -> Trial:
    states = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed", "RUNNING": "unfinished"}
    values = {
        key: found.choices[trial.params[key]] if isinstance(found, Choices) else trial.params[key]
        for key, found in space.items()
        if key in trial.params
    }
    curve = tuple(loss for _, loss in sorted(trial.intermediate_values.items()))
    return Trial(trial.number, states[trial.state.name], values, trial.value, curve, **trial.user_attrs.get(OUTCOME, {}))


def _difference(key: str, known: Any, value: Any) -> str:
    """What is different, in a few words."""
    if not isinstance(known, Mapping) or not isinstance(value, Mapping):
        return f"other {key}"
    for section in sorted(known.keys() | value.keys()):
        mine, theirs = value.get(section), known.get(section)
        if mine != theirs and isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            name = next(name for name in sorted(mine.keys() | theirs.keys()) if mine.get(name) != theirs.get(name))
            return f"{section}.{name} = {theirs.get(name)}, not {mine.get(name)}"
        if mine != theirs:
            return f"another {section}"
    return f"other {key}"


def _mend(path: Path, lock) -> None:
    """Cut off a last line that a full disk or a power failure left unfinished; the next one would be appended to it.

    ValueError where the file is something else, which Optuna would write to.
    """
    if not path.exists():
        return
    lock.acquire()
    try:
        with open(path, "rb+") as file:
            content = file.read()
            if content and not content.startswith(b'{"op_code":'):
                raise ValueError("it does not begin as a journal does")
            if content and not content.endswith(b"\n"):
                file.truncate(content.rfind(b"\n") + 1)
    finally:
        lock.release()
