"""Trainings on shares of the training pictures: what the learning curve of a run is drawn through."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from pellucid.errors import RecipeError, TrainingDiverged
from pellucid.evaluation import LearningCurve, Scores, Training, learning_curve
from pellucid.files import atomic_write
from pellucid.images import Split, fewer
from pellucid.runs.assemble import assemble
from pellucid.runs.folder import RunFolder
from pellucid.runs.judge import answers
from pellucid.runs.learn import keep_final_weights, learn
from pellucid.runs.prepare import Prepared
from pellucid.runs.progress import Silent
from pellucid.seeding import key

SHARES = (1 / 8, 1 / 8, 1 / 4, 1 / 2)  # together as long as the run itself; two draws where one is cheap and luck is large


def shares_of(prepared: Prepared) -> list[Split]:
    """The run's split with a share of its training part, classes in proportion and groups whole; once for each of SHARES.

    Raises RecipeError where no pictures are held back to count mistakes on, DataError where a class has a single picture.
    """
    dataset, split, seed = prepared.dataset, prepared.split, prepared.recipe.training.seed
    if not (len(split.test) or len(split.validation)):
        raise RecipeError("a learning curve counts mistakes on pictures that were held back; keep some back with --test 0.15")
    return [
        fewer(
            split,
            round(share * len(split.train)),
            dataset.labels,
            seed=key(seed, "learning curve", number),
            groups=dataset.groups,
            classes=dataset.classes,
        )
        for number, share in enumerate(SHARES)
    ]


def announce(prepared: Prepared, progress: Silent) -> None:
    """What the learning curve will cost; an error where it cannot be had comes here, before anything is trained."""
    shares_of(prepared)
    progress.say(
        f"learning curve: after the run, its recipe is trained on 1/8 (twice), 1/4 and 1/2 of the {len(prepared.split.train):,} "
        "training pictures, which takes about as long again"
    )


def train_shares(prepared: Prepared, folder: RunFolder, progress: Silent, stop: Callable[[], bool]) -> list[Training]:
    """Train on each share by the recipe of the run and count the mistakes; those that `folder` has from before are not repeated.

    Where `stop` ends it early, the trainings that were finished. One that diverges is left out.
    """
    splits, found = shares_of(prepared), _read(folder)
    total = sum(len(split.train) for split in splits) * prepared.recipe.training.epochs
    with progress.task("learning curve, pictures seen", total) as advance:
        for number, split in enumerate(splits):
            if str(number) in found:
                continue
            training = _train(prepared, split, SHARES[number], stop, advance)
            if stop():
                break
            found[str(number)] = training
            _write(folder, found)
            progress.say(_in_words(training, SHARES[number], held_out(prepared)))
    return [training for training in found.values() if training]


def curve_of(prepared: Prepared, shares: Sequence[Training], scores: Scores) -> LearningCurve:
    """The curve through the shares and the run itself, which `scores` judges on the same pictures."""
    whole = Training(len(prepared.split.train), scores.n - scores.correct, scores.n)
    return learning_curve([*shares, whole], held_out(prepared), scores.majority[1])


def held_out(prepared: Prepared) -> str:
    """The part on which mistakes are counted."""
    return "test" if len(prepared.split.test) else "validation"


def _train(
    prepared: Prepared, split: Split, share: float, stop: Callable[[], bool], advance: Callable[[int], object]
) -> Training | None:
    """None where the training diverged."""
    minutes = prepared.recipe.training.minutes * share
    part = replace(prepared.with_split(split), recipe=prepared.recipe.override({"minutes": minutes}))
    parts, rows = assemble(part), getattr(split, held_out(prepared))
    try:
        for _ in learn(parts, stop):
            advance(len(split.train))
    except TrainingDiverged:
        return None
    advance(len(split.train) * (part.recipe.training.epochs - len(parts.epochs)))  # it was patient no longer
    keep_final_weights(parts)
    found, _ = answers(part, parts.network, parts.loss, rows)
    wrong = int(np.sum(found.argmax(axis=1) != part.dataset.labels[rows]))
    return Training(len(split.train), wrong, len(rows))


def _in_words(training: Training | None, share: float, part: str) -> str:
    name = f"learning curve, 1/{round(1 / share)} of the training pictures"
    if training is None:
        return f"{name}: the training diverged and is left out"
    right = 100 * training.accuracy
    return f"{name} ({training.pictures:,}): {right:.1f} % of {training.answers:,} {part} pictures right"


def _read(folder: RunFolder) -> dict[str, Training | None]:
    """The trainings that an interrupted run had finished, by their place in SHARES."""
    if not folder.learning_curve.exists():
        return {}
    stored = json.loads(folder.learning_curve.read_text(encoding="utf-8"))
    return {number: Training(**values) if values else None for number, values in stored.items()}


def _write(folder: RunFolder, found: dict[str, Training | None]) -> None:
    values = {number: training and training._asdict() for number, training in found.items()}
    atomic_write(folder.learning_curve, json.dumps(values) + "\n")
