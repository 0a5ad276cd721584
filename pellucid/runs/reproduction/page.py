"""A reproduction as a page and as JSON, in its folder."""

import json
import os
import shlex
from collections.abc import Iterator

import numpy as np

from pellucid.errors import PellucidError
from pellucid.evaluation import decimals
from pellucid.files import atomic_write
from pellucid.images import Dataset, open_source
from pellucid.report import Answer, Picture, thumbnail
from pellucid.report.data import Costs
from pellucid.report.reproduction import Gallery, Measured, ReproductionPage, render_reproduction
from pellucid.runs.prepare import labelling, read_pictures
from pellucid.runs.progress import Silent
from pellucid.runs.reproduction.plan import EPOCHS, PICTURES, STEPS
from pellucid.runs.reproduction.reproduction import Reproduction, Row
from pellucid.runs.reproduction.sentences import best_of, pictures, score, sentences
from pellucid.runs.results.report_data import now
from pellucid.systems import Claim, Prediction, Trained
from pellucid.words import SPACE, count, duration, grouped, number, percent

HEADINGS = {
    "faithful": "As published",
    "shown": "To show a fault",
    "corrected": "Without the faults, otherwise as published",
    "announced": "What its authors wanted to add, one thing at a time",
    "improved": "What the same pictures allow",
    "donor": "Learned before, on other pictures",
}
SHOWN = 12  # wrong and right answers of a gallery, each
DRAWN = 6  # seeds of a cost curve


def write_reproduction(reproduction: Reproduction) -> None:
    """`report.html` and `report.json`."""
    atomic_write(reproduction.report, render_reproduction(page_of(reproduction)))
    values = json.dumps(reproduction.to_json(), indent=1, ensure_ascii=False)
    atomic_write(reproduction.folder / "report.json", values + "\n")


def page_of(reproduction: Reproduction) -> ReproductionPage:
    """All that the page shows."""
    system, rows = reproduction.plan.system, reproduction.rows
    measured = {row.variant.name: _measured(reproduction, row) for row in rows}
    best = best_of(rows)
    return ReproductionPage(
        name=system.name,
        title=system.title,
        created=now(),
        data=system.data,
        quick=_quick() if reproduction.plan.quick else "",
        claims=[(claim.what, claim.value, _value(reproduction, claim, here)) for claim, here in reproduction.claims],
        claimed=next((f"{100 * claim.share:.4g}{SPACE}%" for claim in system.claims if claim.share is not None), ""),
        published=measured.get(system.published.name),
        best=measured[best.variant.name] if best else None,
        sentences=[*sentences(reproduction)],
        groups=[
            (heading, found)
            for role, heading in HEADINGS.items()
            if (found := [measured[row.variant.name] for row in rows if row.variant.role == role])
        ],
        findings=reproduction.findings,
        costs=[_costs(row) for row in rows],
        galleries=[*_galleries(reproduction, best)],
        left_out=list(reproduction.problems.items()),
        command=_whole_command(reproduction),
    )


def _measured(reproduction: Reproduction, row: Row) -> Measured:
    first, seeds = row.runs[0], len(row.runs)
    system = reproduction.plan.system
    claimed = next((claim.share for claim in system.claims if claim.share is not None and not row.variant.source), None)
    facts = [count(seeds, "seed"), f"{duration(row.seconds)} of training{' each' if seeds > 1 else ''}"]
    facts += [count(first.epochs, "epoch"), count(first.parameters, "parameter")]
    if first.train_accuracy is not None:
        facts.append(f"{percent(np.mean([run.train_accuracy for run in row.runs]))} of the training pictures")
    return Measured(
        name=row.variant.name,
        title=row.variant.title,
        note=row.variant.note,
        score=score(row),
        accuracies=row.accuracies,
        mean=row.mean,
        spread=row.spread,
        interval=row.interval,
        pictures=pictures(row),
        n=row.n,
        claimed=claimed,
        goal=None if reproduction.plan.quick else row.variant.goal,
        reached=row.reached,
        facts=facts,
        link=os.path.relpath(first.folder / "report.html", reproduction.folder).replace(os.sep, "/"),
        command=row.command,
    )


def _value(reproduction: Reproduction, claim: Claim, here: float | str | None) -> str:
    """What is set beside a claim; a dash where nothing was measured, words as they are."""
    if here is None:
        return "–"
    if isinstance(here, str):
        return here
    if claim.measure == "accuracy":
        n = reproduction.claimed_of(claim)[0].n
        return f"{percent(here, decimals(n))} of {grouped(n)}"
    return percent(here) if claim.measure == "train_accuracy" else number(here)


def _quick() -> str:
    return (
        f"A quick run: one seed, at most {PICTURES} pictures of each data set, {EPOCHS} epochs (or {STEPS} steps, where each sees "
        "all pictures). It shows that everything runs; its numbers say nothing about the recipes."
    )


def _costs(row: Row) -> Costs:
    logs = [run.epochs_log() for run in row.runs[:DRAWN]]
    unit = "epoch" if row.runs[0].recipe().training.batch_size else "step"
    return Costs(row.variant.title, [[epoch["loss"] for epoch in log] for log in logs], unit)


def _whole_command(reproduction: Reproduction) -> str:
    plan = reproduction.plan
    words = ["pellucid", "reproduce", plan.system.name]
    words += [plan.location] if plan.location and plan.location != plan.system.source else []
    words += ["--quick"] if plan.quick else []
    if len(plan.variants) < len(plan.system.variants):
        words += ["--variants", ",".join(variant.name for variant in plan.variants)]
    words += ["--seeds", str(plan.seeds)] if plan.seeds else []
    words += ["--from", plan.start_from] if plan.start_from else []
    return shlex.join([*words, "--out", str(reproduction.folder)])


def _galleries(reproduction: Reproduction, best: Row | None) -> Iterator[Gallery]:
    """The published recipe's answers and those of the best one, first seed: mistakes, the surest first, then right answers."""
    shown = [reproduction.plan.system.published.name] + ([best.variant.name] if best else [])
    for row in reproduction.rows:
        if row.variant.name in shown and row.mean is not None:
            if answers := _answers(row.runs[0]):
                text = "Of the first seed: mistakes, the surest first, then right answers. In percent, how sure the network is."
                yield Gallery(row.variant.title, text, answers, reproduction.plan.system.says)


def _answers(trained: Trained) -> list[Answer]:
    """Answers of the part that the score speaks of; none where its pictures are no longer there."""
    answers = sorted(trained.predictions("test") or trained.predictions(), key=lambda answer: -answer.probability)
    wrong, right = ([answer for answer in answers if answer.right == is_right] for is_right in (False, True))
    spread = np.linspace(0, len(right) - 1, min(SHOWN, len(right))).round().astype(int)
    chosen = [*wrong[:SHOWN], *(right[place] for place in spread)]
    try:
        dataset = _pictures_of(trained)
    except PellucidError:
        return []
    places = {path: row for row, path in enumerate(dataset.paths)}
    return [_answer(each, dataset, places[each.path]) for each in chosen if each.path in places] if dataset.is_pictures else []


def _pictures_of(trained: Trained) -> Dataset:
    recipe = trained.recipe()
    opened = open_source(recipe.data.source, **labelling(recipe))
    return read_pictures(opened, recipe, Silent())[0]


def _answer(said: Prediction, dataset: Dataset, place: int) -> Answer:
    picture = Picture(said.path, thumbnail(dataset.images[place], dataset.value_range))
    return Answer(picture, said.label, said.predicted, said.probability, None)
