"""What was measured here on the two networks for handwritten digits."""

import json
import statistics
from collections.abc import Sequence
from itertools import accumulate, groupby

from pellucid.evaluation import decimals
from pellucid.pytorch import NOTES
from pellucid.systems.evidence import Evidence, Table
from pellucid.systems.results import Results, Trained
from pellucid.words import count, duration, grouped, percent, signed

PART_ONE = ("part-one", "sign-and-order", "all-pictures", "part-one-mended")
NETWORKS = {
    "part-one": "part one",
    "part-one-mended": "part one, mended",
    "part-two": "part two",
    "schedule": "part two, mended",
}
OPTIMISERS = {"sgd": "gradient descent", "adam": "Adam"}
PIXELS = 28 * 28
PRINTED = 0.0010217108  # the error that the published program printed after its last pass
PASSES = 8  # rows of the table that sets two trainings side by side


def uphill(results: Results) -> Evidence:
    """The squared error, pass by pass, with the derivative as published and with the right one."""
    wrong, right = (results.first(name).epochs_log() for name in ("part-one", "sign-and-order"))
    rows = [(str(a["number"] + 1), f"{a['loss']:.4f}", f"{b['loss']:.4f}") for a, b in zip(wrong, right)]
    doctor = _said(results.first("part-one"), "gradient climbs")
    return Evidence(
        "The mean squared error of each pass, first seed. Answering 0 ten times, without looking at the picture, has an error "
        f"of 0.1; the largest possible error is 1. {doctor}",
        Table(("pass", "as published", "sign and order right"), tuple(rows)),
    )


def right_in_training(runs: Sequence[Trained]) -> str:
    """Training pictures named right, mean of the seeds: counted over all passes as it was printed, and by the last network."""
    passes = statistics.fmean(statistics.fmean(epoch["accuracy"] for epoch in run.epochs_log()) for run in runs)
    return f"{percent(passes)} over all passes, {percent(statistics.fmean(run.train_accuracy for run in runs))} at the end"


def answered_alike(runs: Sequence[Trained]) -> str:
    """The most common answer of the first seed, and how many answers are right."""
    name, share = _most_common(runs[0])
    return f"“{name}” for {percent(share)} of {runs[0].n:,}; {percent(statistics.fmean(run.accuracy for run in runs))} right"


def last_error(runs: Sequence[Trained]) -> str:
    """The mean error of the last pass, mean of the seeds, in the unit of a picture and in that which was printed."""
    error = statistics.fmean(run.epochs_log()[-1]["loss"] for run in runs)
    return f"{error:.2f} on average; its {PIXELS}th part is {error / PIXELS:.7f}"


def stuck(results: Results) -> Evidence:
    """How many test pictures get the most common answer."""
    shares = [_most_common(run) for run in results["part-one"]]
    told = ", ".join(f"“{name}” for {percent(share)}" for name, share in shares)
    return Evidence(f"The most common answer to the test pictures here, one for each seed: {told}.")


def printed_error(results: Results) -> Evidence:
    """What was printed, and what it was."""
    here = results.first("part-one").epochs_log()[-1]["loss"]
    return Evidence(
        f"Printed after the last pass: {PRINTED:.7f}. Times {PIXELS} pixels that is {PRINTED * PIXELS:.2f}, the error of the last "
        f"picture. Here the mean error over the last pass was {here:.2f}."
    )


def on_the_way(results: Results) -> Evidence:
    """What the doctor says of the order."""
    doctor = _said(results.first("part-one"), "steps on the way") or "The doctor did not find it here."
    return Evidence(f"A right backward pass gives twice the gradients for twice the error; this one does not. {doctor}")


def badly_begun(results: Results) -> Evidence:
    """The four variants of part one."""
    rows = []
    for name in PART_ONE:
        run = results.first(name)
        rows.append((name, percent(results.mean(name)), f"{run.epochs_log()[-1]['loss']:.4f}", f"{run.seconds:.0f} s"))
    return Evidence(
        "Test pictures named right (mean of the seeds), squared error of the last pass, time of training.",
        Table(("variant", "right", "error", "training"), tuple(rows)),
    )


def what_helped(results: Results) -> Evidence:
    """The two changes of part two, each alone and both together."""
    mean = {name: results.mean(name) for name in ("ten", "ten-augmented", "hundred", "part-two")}
    units = [100 * (mean["hundred"] - mean["ten"]), 100 * (mean["part-two"] - mean["ten-augmented"])]
    changed = [100 * (mean["ten-augmented"] - mean["ten"]), 100 * (mean["part-two"] - mean["hundred"])]
    return Evidence(
        f"Ninety more hidden units: {signed(units[0], 1)} points without the changed copies, {signed(units[1], 1)} with them. "
        f"The changed copies: {signed(changed[0], 1)} points with 10 units, {signed(changed[1], 1)} with 100.",
        Table(
            ("hidden units", "60,000 originals", "and 60,000 changed copies"),
            (
                ("10", percent(mean["ten"]), percent(mean["ten-augmented"])),
                ("100", percent(mean["hundred"]), percent(mean["part-two"])),
            ),
        ),
    )


def mirror_images(results: Results) -> Evidence:
    """With and without mirror images."""
    with_them, without = results.mean("part-two"), results.mean("no-mirror")
    return Evidence(
        f"The same network with noise and mirror images: {percent(with_them)}; with noise alone: {percent(without)}, "
        f"{signed(100 * (without - with_them), 1)} points."
    )


def falling_rate(results: Results) -> Evidence:
    """With a constant rate and with one that falls."""
    return Evidence(
        f"A constant rate of 0.01: {percent(results.mean('no-mirror'))}. From 0.01 along a cosine to 0: "
        f"{percent(results.mean('schedule'))}."
    )


def running_mean(results: Results) -> Evidence:
    """The accuracy of each pass, beside the mean of all passes so far, which is what was printed."""
    log = results.first("part-two").epochs_log()
    accuracies = [epoch["accuracy"] for epoch in log]
    so_far = [total / (number + 1) for number, total in enumerate(accumulate(accuracies))]
    rows = [(str(n + 1), percent(accuracies[n]), percent(so_far[n]), f"{log[n]['loss']:.4f}") for n in _some(len(log))]
    last = f"In the last pass {percent(accuracies[-1])} were right; printed would have been {percent(so_far[-1])}."
    return Evidence(
        f"Training pictures named right. {last}", Table(("pass", "in this pass", "mean so far", "mean loss"), tuple(rows))
    )


def side_by_side(results: Results) -> Evidence:
    """Mean training loss of each pass, here and in PyTorch."""
    ours, theirs = results.first("part-two"), results.first("pytorch")
    a, b, notes = ours.epochs_log(), theirs.epochs_log(), json.loads((theirs.folder / NOTES).read_text(encoding="utf-8"))
    rows = [
        (str(n + 1), f"{a[n]['loss']:.5f}", f"{b[n]['loss']:.5f}", percent(a[n]["accuracy"]), percent(b[n]["accuracy"]))
        for n in _some(min(len(a), len(b)))
    ]
    last = [f"{value:.3f}" for value in (min(notes["last_losses"]), max(notes["last_losses"]))]
    text = (
        f"PyTorch {notes['torch']}. The gradients of the first step differ by {notes['gradient_difference']:.0e} of their length. "
        f"Test pictures named right: {percent(ours.accuracy)} here, {percent(theirs.accuracy)} in PyTorch; training took "
        f"{ours.seconds:.0f} s and {theirs.seconds:.0f} s. The loss of the last 50 pictures alone lay between "
        f"{last[0]} and {last[1]}, from pass to pass."
    )
    headings = ("pass", "mean loss", "in PyTorch", "right", "in PyTorch")
    return Evidence(text, Table(headings, tuple(rows)))


def both_networks(results: Results) -> Evidence:
    """The networks of both parts side by side, as published and mended."""
    columns = [_described(results[name]) for name in NETWORKS if name in results]
    headings = ("", *(title for name, title in NETWORKS.items() if name in results))
    rows = tuple((what, *(column[what] for column in columns)) for what in columns[0])
    return Evidence(
        "x W + b: a weighted sum of what comes in, for each unit. sigmoid presses it into 0 to 1, relu cuts off what is "
        "below 0, softmax makes shares of ten numbers that add up to 1. Accuracy and time are means over the seeds.",
        Table(headings, rows, words=tuple(range(1, len(headings)))),
    )


def _described(runs: Sequence[Trained]) -> dict[str, str]:
    """What a network is, how it was trained, and what came out."""
    run, recipe = runs[0], runs[0].recipe()
    dense = [row for row in run.classifier().network.rows() if row["parameters"]]
    copies = " and a changed copy of each" if recipe.augment.originals else ""
    falling = "" if recipe.schedule.name == "constant" else ", falling to 0"
    wrong = recipe.faults.reversed_gradient or recipe.faults.updated_weights
    return {
        "layers": _widths([PIXELS, *(row["out_shape"][-1] for row in dense)]),
        "hidden layers": dense[0]["equation"],
        "last layer": dense[-1]["equation"] + (", softmax" if recipe.loss.name == "softmax_cross_entropy" else ""),
        "weights start": "after He" if recipe.network.initialiser == "he" else f"N(0, {recipe.network.std:g}²)",
        "parameters": grouped(run.parameters),
        "loss": recipe.loss.name.removeprefix("softmax_").replace("_", " "),
        "gradient": "uphill, through changed weights" if wrong else "right",
        "optimiser": f"{OPTIMISERS[recipe.optimizer.name]}, rate {recipe.optimizer.learning_rate:g}{falling}",
        "batch": count(recipe.training.batch_size, "picture"),
        "a pass": f"{count(run.scores()['train']['n'], 'picture')}{copies}",
        "passes": grouped(run.epochs),
        "test pictures right": percent(statistics.fmean(each.accuracy for each in runs), decimals(run.n)),
        "training": duration(statistics.fmean(each.seconds for each in runs)),
    }


def _widths(units: Sequence[int]) -> str:
    """[784, 200, 200, 10] as "784, 2 × 200, 10"."""
    runs = [(width, len([*same])) for width, same in groupby(units)]
    return ", ".join(f"{width}" if times == 1 else f"{times} × {width}" for width, times in runs)


def _said(run: Trained, fault: str) -> str:
    """What the doctor said of a fault, and when; "" if it said nothing."""
    for each in (finding for epoch in run.epochs_log() for finding in epoch["findings"] or () if finding["fault"] == fault):
        when = "Before the first step" if each["epoch"] is None else f"After pass {each['epoch'] + 1}"
        return f"{when} the doctor said: “{each['what']}”."
    return ""


def _most_common(run: Trained) -> tuple[str, float]:
    """The answer given most often, and its share of all answers."""
    part = run.scores()[run.part]
    given = {row["name"]: sum(counts[k] for counts in part["confusion"]) for k, row in enumerate(part["per_class"])}
    name = max(given, key=given.get)
    return name, given[name] / part["n"]


def _some(count: int) -> list[int]:
    """Places from the first to the last of so many, at most PASSES of them."""
    shown = min(count, PASSES)
    return sorted({round(k * (count - 1) / max(shown - 1, 1)) for k in range(shown)})
