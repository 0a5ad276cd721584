"""Train every variant of a published system, and set what came out beside what was claimed."""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pellucid import pytorch
from pellucid.errors import DataError, Interrupted, TrainingDiverged
from pellucid.runs.folder import DEFAULT
from pellucid.runs.prepare import prepare
from pellucid.runs.progress import Silent
from pellucid.runs.reproduction.in_pytorch import train_in_pytorch
from pellucid.runs.reproduction.log import Log
from pellucid.runs.reproduction.page import write_reproduction
from pellucid.runs.reproduction.plan import Plan
from pellucid.runs.reproduction.reproduction import Reproduction, facts_of
from pellucid.runs.training import train_prepared
from pellucid.systems import Variant, system
from pellucid.training import Epoch


def reproduce(
    name: str,
    source: str | Path | None = None,
    out: str | Path | None = None,
    *,
    quick: bool = False,
    variants: Sequence[str] = (),
    seeds: int | None = None,
    start_from: str | Path | None = None,
    progress: Silent | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Reproduction:
    """Train the variants of a published system; leave the runs, their results and one report in a folder.

    name: "cats", "rabbits", ...; `pellucid.systems.SYSTEMS` holds them all.
    source: its pictures; None: the data set that it is known for, by name or below the folder PELLUCID_DATA.
    out: None: runs/reproduce-NAME. Each result is written there at once, and what is there already is not trained again.
    quick: one seed, few steps, few pictures: shows that everything runs, and no more.
    variants: which ones; empty: all. A donor is trained with the variants that start from it.
    seeds: how many at most; None: as many as each variant is meant to have.
    start_from: a model file in place of the donors.
    stop: asked before each step; True ends with Interrupted, after the report of what is finished was written.

    Raises DataError where the pictures are absent, RecipeError for names that do not exist, OutputError.
    """
    progress = progress or Silent()
    plan = Plan.of(system(name), source, variants, seeds, quick=quick, start_from=start_from)
    folder = Path(out) if out is not None else DEFAULT / f"reproduce-{name}{'-quick' if quick else ''}"
    log = Log.open(folder, name, quick)
    problems: dict[str, str] = {}
    try:
        _train_all(plan, log, problems, progress, stop)
    finally:
        reproduction = Reproduction(plan, folder, log.results(plan), problems)
        if reproduction.results:
            write_reproduction(reproduction)
    if not reproduction.results:
        raise DataError(next(iter(problems.values())))
    return reproduction


def _train_all(plan: Plan, log: Log, problems: dict[str, str], progress: Silent, stop: Callable[[], bool]) -> None:
    """Every variant with the first seed, then with the second: whoever stops early has some of everything."""
    due = [(variant, seed) for variant, seed in plan.runs() if not log.has(plan, variant, seed)]
    if finished := sum(1 for _ in plan.runs()) - len(due):
        progress.say(f"{finished} results are there already; {len(due)} to go")
    with progress.task(f"reproducing {plan.system.name}", len(due)) as advance:
        for variant, seed in due:
            if variant.donor in problems:
                problems[variant.name] = f"it starts from {variant.donor}, which is not there"
            if variant.twin_of and (problem := pytorch.problem()):
                problems[variant.name] = problem
            if variant.name not in problems:
                try:
                    _train_one(plan, log, variant, seed, progress, stop)
                except (DataError, TrainingDiverged) as error:
                    if isinstance(error, DataError) and not variant.source:
                        raise
                    problems[variant.name] = str(error)
                    progress.say(f"{variant.name} is left out: {error}")
            advance()


def _train_one(plan: Plan, log: Log, variant: Variant, seed: int, progress: Silent, stop: Callable[[], bool]) -> None:
    """Into a folder that gets its name when all is written: what a killed run leaves is trained anew."""
    home = log.folder / variant.name
    unfinished, finished = home / f"seed-{seed}.unfinished", home / f"seed-{seed}"
    shutil.rmtree(unfinished, ignore_errors=True)
    source = plan.source_of(variant)
    if variant.stage:
        source = variant.stage(source, home)
    donor = log.donor(plan, variant)
    settings = plan.settings(variant, seed) | ({"transfer.model": str(donor)} if donor else {})
    telling = Quieter(progress, f"{plan.system.name}/{variant.name}, seed {seed}")
    with telling.shown(), contextlib.suppress(Interrupted):  # said below, with what is kept
        prepared = prepare(source, plan.recipe(variant), settings, telling, most=plan.most)
        log.begin()  # not before the data is open: a refusal leaves nothing behind
        run = (train_in_pytorch if variant.twin_of else train_prepared)(prepared, unfinished, telling, stop)
    if stop():
        raise Interrupted(f"stopped; the finished runs are in {log.folder}, and the same command goes on")
    shutil.rmtree(finished, ignore_errors=True)
    unfinished.rename(finished)
    trained = log.add(plan, variant, seed, facts_of(run))
    progress.say(f"{telling.name}: {trained.in_words()}")


class Quieter(Silent):
    """One run among many: its epochs are a task of the whole, its own messages stand in its report."""

    def __init__(self, outer: Silent, name: str):
        self.outer, self.name, self._stack, self._advance = outer, name, contextlib.ExitStack(), None
        self.task = outer.task

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """While the block runs, epochs are counted."""
        with self._stack:
            yield

    def epoch(self, record: Epoch, epochs: int, seconds_left: float) -> None:
        """One more of the epochs."""
        if self._advance is None:
            self._advance = self._stack.enter_context(self.outer.task(self.name, epochs))
        self._advance()
