"""docs/benchmarks.md: the measurements of `steps`, `inference` and `memory` as a page of the documentation."""

from pathlib import Path

from benchmarks.report import ADAM_BYTES, Rows, conditions, configurations, limits, memory, others, summary
from benchmarks.worker import GROWTH_STEPS, WARM_UP_SECONDS

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
NOTES = Path(__file__).with_name("notes.md")  # what was tried where a goal is missed, written by hand
BUSY = 0.2  # cores


def page(rows: Rows) -> str:
    """The whole page; a section for each benchmark that there are rows of."""
    step, forward, resident = ([row for row in rows if row["benchmark"] == name] for name in ("step", "forward", "memory"))
    timed = [*step, *forward]
    parts = [INTRODUCTION]
    if (used := others(timed)) is not None and used > BUSY:
        parts.append(CAUTION.format(used=used, cores=timed[0]["cores"]))
    if step:
        parts += [STEPS, summary(step).markdown(), LIMITS, limits(step).markdown()]
    if forward:
        parts += [FORWARD, summary(forward).markdown()]
    if resident:
        parts += [MEMORY, memory(resident).markdown()]
    if NOTES.exists():
        parts.append(NOTES.read_text(encoding="utf-8").strip())
    if step:
        parts += ["## Every configuration: training", configurations(step).markdown()]
    if forward:
        parts += ["## Every configuration: inference", configurations(forward).markdown()]
    if timed:
        parts += ["## Measured on", measured_on(timed)]
    return "\n\n".join([*parts, AGAIN]) + "\n"


def measured_on(rows: Rows) -> str:
    lines = [
        *conditions(rows),
        f"peak of float32 products of matrices: {max(row['peak_gflops'] for row in rows):,.0f} GFLOP/s",
        f"times: median of {rows[0]['repetitions']} repetitions, taken in turn; {WARM_UP_SECONDS} s of warm-up and all "
        "compilation left out",
    ]
    grown = [row["ours_memory_growth"]["traced"] for row in rows if row["ours_memory_growth"]]
    if grown:
        lines.append(f"memory that {GROWTH_STEPS:,} steps of pellucid keep, as tracemalloc counts it: at most {max(grown):,} bytes")
    return "\n".join(f"- {line}" for line in lines)


INTRODUCTION = """\
# Benchmarks

How long other packages take for what pellucid does, on a CPU, in float32. **A ratio of 2 means that the other package
takes twice as long**; in bold where it reaches the goal that was set beforehand. Each is represented by the fastest
float32 configuration that its documentation offers. Every contender lives in a process of its own, with the
environment that its users would have, and they take turns, one repetition at a time."""

CAUTION = """\
> Other programs used up to {used:.1f} of {cores} cores while this was measured. Packages that compute on all cores suffer from
> that most: take these ratios for no more than a sign that everything runs."""

STEPS = """\
## Training

A whole training step: forward, loss, backward and Adam, on one batch that is already in memory. The step of pellucid
also counts the hits and looks for NaN and infinity."""

LIMITS = f"""\
### How far that is from what the machine can do

Each multiply-add of forward and backward counts as two operations. A convolution counts as its plain sum, so a method
that needs fewer (Winograd's) may exceed 100 %. The peak is that of a float32 product of large matrices. Adam reads and
writes {ADAM_BYTES} bytes a parameter. Batch assembly, from shuffled uint8 pictures to a float32 batch, comes on top of the step."""

FORWARD = """\
## Inference

Ratios are to `network.forward` on float32 arrays, as the other packages get them. `Classifier.predict` takes uint8 pictures
and gives class names: it checks, normalises and computes the softmax as well."""

MEMORY = """\
## Memory

Resident memory of the process at most, during training steps after warm-up, and how much of it came after the
imports. The ratio is that of the process."""

AGAIN = """\
## On your computer

```console
$ pellucid bench
$ pip install -e '.[bench]'
$ python -m benchmarks.steps --json steps.json
$ python -m benchmarks.inference --json inference.json
$ python -m benchmarks.memory --json memory.json
$ python -m benchmarks.steps --markdown steps.json inference.json memory.json
```

The last command makes this page. Where the smallest and the largest time lie far apart, other programs wanted the
processor too."""
