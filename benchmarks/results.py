"""docs/results.md: what `benchmarks.accuracy` measured, as a page of the documentation."""

import hashlib
import math
import statistics
from collections.abc import Iterable, Sequence

from benchmarks.accuracy_rows import Row
from benchmarks.report import Table
from pellucid.errors import RecipeError
from pellucid.recipes import recipe_text

# The 97.5 % point of Student's t, by degrees of freedom; beyond the list the last is close enough.
STUDENT = [math.nan, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262]
STUDENT += [2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093]


def results_of(row: Row, entries: Iterable[dict]) -> dict[int, dict]:
    """{seed: result} of a row, for the command and the recipe as they are now."""
    return {
        entry["seed"]: entry
        for entry in entries
        if (entry["row"], entry["command"]) == (row.name, row.command)
        and "accuracy" in entry
        and entry["digest"] == digest(entry["recipe"])
    }


def digest(recipe: str) -> str | None:
    """Tells apart what a recipe was and what it is; None for one that does not ship."""
    try:
        return hashlib.sha256(recipe_text(recipe).encode()).hexdigest()[:16]
    except RecipeError:
        return None


def problem_of(row: Row, entries: Iterable[dict]) -> str | None:
    """Why the row could not run when it was last tried."""
    found = [entry["problem"] for entry in entries if entry["row"] == row.name and "problem" in entry]
    return found[-1] if found else None


def table(rows: Sequence[Row], entries: Sequence[dict]) -> Table:
    heading = ("what", "seeds", "accuracy", "deviation", "95 % interval", "goal", "training", "of the cores")
    return Table(heading, [line(row, entries) for row in rows], words=1)


def line(row: Row, entries: Sequence[dict]) -> tuple[str, ...]:
    results = results_of(row, entries).values()
    goal = "" if row.goal is None else f"{100 * row.goal:g} %"
    if not results:
        return row.title, f"0 of {row.seeds}", "not measured", "", "", goal, "", ""
    accuracies = [each["accuracy"] for each in results]
    mean, (low, high) = statistics.mean(accuracies), interval(accuracies)
    seconds = statistics.median(each["seconds"] for each in results)
    reached = row.goal is not None and mean >= row.goal
    return (
        row.title,
        f"{len(results)} of {row.seeds}",
        f"**{percent(mean)}**" if reached else percent(mean),
        f"{100 * statistics.stdev(accuracies):.2f}" if len(results) > 1 else "–",
        f"{percent(low)} to {percent(high)}" if len(results) > 1 else "–",
        goal,
        time(seconds, row.limit),
        worked([each["processor_seconds"] for each in results if "processor_seconds" in each]),
    )


def interval(accuracies: Sequence[float]) -> tuple[float, float]:
    """Where the mean over all seeds lies, with 95 % confidence (Student's t); nan for a single one."""
    n = len(accuracies)
    if n < 2:
        return math.nan, math.nan
    half = STUDENT[min(n, len(STUDENT)) - 1] * statistics.stdev(accuracies) / math.sqrt(n)
    mean = statistics.mean(accuracies)
    return mean - half, min(1.0, mean + half)


def percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def time(seconds: float, limit: float | None) -> str:
    if limit is None:
        return f"{seconds:,.1f} s"
    within = seconds <= limit
    return f"**{seconds:,.1f} s** (at most {limit:g})" if within else f"{seconds:,.1f} s (at most {limit:g})"


def worked(seconds: Sequence[float]) -> str:
    """The time of the cores, where it was noted."""
    return f"{statistics.median(seconds):,.0f} s" if seconds else "–"


def page(rows: Sequence[Row], entries: Sequence[dict]) -> str:
    parts = [INTRODUCTION, table(rows, entries).markdown(), "## Commands", commands(rows)]
    reasons = [f"- {row.title}: {reason(row, entries)}" for row in rows if not results_of(row, entries)]
    if reasons:
        parts += ["## Not measured yet", "\n".join(reasons)]
    if machines := sorted({f"{entry['cpu']}, {entry['cores']} cores" for entry in entries if "cpu" in entry}):
        parts.append(f"Measured on {' and '.join(machines)}.")
    return "\n\n".join([*parts, AGAIN]) + "\n"


def commands(rows: Sequence[Row]) -> str:
    lines = [(row.title, f"`{row.command.replace('{seed}', 'N')}`") for row in rows]
    return Table(("what", "command, for seed N = 0, 1, ..."), lines, words=2).markdown()


def reason(row: Row, entries: Sequence[dict]) -> str:
    return problem_of(row, entries) or "not run"


INTRODUCTION = """\
# Results

What the recipes reach on pictures that took no part in training. Each seed is a run of its own, with another start, another
order of the pictures and, where the data comes without one, another split. The interval is that of the mean over seeds
(Student's t); how far a test set of so many pictures may mislead is on each run's own page. **Bold** is what reaches its
goal, which was set beforehand.

Recipes were chosen on training pictures alone, but for a few: those of the digits on their first half, which the ten folds
test too and the rows of other writers do not; `cifar3/cnn` was cut from 40 epochs to 16, to save time, when one test with 40
had given 98.1 %; and `cats/mlp`, `cats/cnn` and `cats/cnn-from-cifar` let both classes count alike because `pellucid check`
says that cats are a third of the training pictures and two thirds of the test's.

Times are medians over seeds: those of training as a clock on the wall shows them, which other programs on the machine make
longer, and what the cores worked for the whole command, all cores together, from reading the pictures to the report."""

AGAIN = """\
## Again

```console
$ python -m benchmarks.accuracy
```

runs what is not finished yet and writes this page. Results stand in `benchmarks/results.jsonl`, a line a seed."""
