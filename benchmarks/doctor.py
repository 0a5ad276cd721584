"""What the doctor costs: the same training with it and without, in turns.

    python -m benchmarks.doctor                       prints a table
    python -m benchmarks.doctor --json doctor.json    writes the measurements too

Times are those of the processor, all threads together, which other programs on the machine disturb less than a clock on the
wall. What both trainings learn is compared bit by bit. Most of the cost comes before the second epoch, so it weighs most in short
trainings.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np

from pellucid import machine
from pellucid.recipes import Recipe
from pellucid.runs.assemble import assemble, call_doctor
from pellucid.runs.learn import learn
from pellucid.runs.prepare import Prepared, prepare
from pellucid.runs.progress import Silent

REPETITIONS = 5
CNN = {"network.preset": "simple_cnn", "network.width": 8, "training.epochs": 10, "training.batch_size": 64}
MNIST = {"network.hidden": [100], "training.epochs": 3, "training.batch_size": 64, "optimizer.name": "adam"}


def workloads() -> dict[str, Prepared]:
    """Name -> data and recipe."""
    return {
        "digits, 64-32-10, 60 epochs": _prepared("digits", {"network.hidden": [32], "training.epochs": 60}),
        "digits, simple_cnn of width 8, 10 epochs": _prepared("digits", CNN),
        "digits, as by default": prepare("digits", None, {}, Silent()),
        "60,000 pictures of 28 × 28, 784-100-10, 3 epochs": _like_mnist(),
    }


def _prepared(source: str, settings: dict) -> Prepared:
    return prepare(source, Recipe().override(settings), {}, Silent())


def _like_mnist() -> Prepared:
    """Pictures of MNIST's number and size: a random one a class, and noise."""
    import tempfile

    rng = np.random.default_rng(0)
    y = np.arange(60_000) % 10
    x = (rng.integers(0, 128, (10, 28, 28, 1))[y] + rng.integers(0, 128, (60_000, 28, 28, 1))).astype(np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mnist.npz")
        np.savez(path, x=x, y=y)
        return _prepared(str(path), MNIST | {"data.leak_guard": "off"})


def measure(name: str, ready: Prepared, repetitions: int) -> dict:
    """Seconds with and without, and whether both learned the same bits."""
    _train(ready, True)  # compiles
    times, same = {True: [], False: []}, True
    for _ in range(repetitions):
        values = []
        for doctor in (True, False):
            begun = time.process_time()
            values.append(_train(ready, doctor))
            times[doctor].append(time.process_time() - begun)
        same &= bool(np.array_equal(*values))
    with_it, without = statistics.median(times[True]), statistics.median(times[False])
    ratios = [on / off for on, off in zip(times[True], times[False])]
    return {
        "workload": name,
        "seconds_with": with_it,
        "seconds_without": without,
        "overhead": statistics.median(ratios) - 1,
        "spread": [min(ratios) - 1, max(ratios) - 1],
        "same_bits": same,
        "repetitions": repetitions,
        "cpu": machine.processor(),
        "cores": machine.cores(),
    }


def _train(ready: Prepared, doctor: bool) -> np.ndarray:
    parts = assemble(ready)
    called = call_doctor(ready, parts) if doctor else None
    for _ in learn(parts, doctor=called):
        pass
    return parts.network.values


def row(found: dict) -> str:
    """A line of the table."""
    low, high = (f"{100 * each:+.1f}" for each in found["spread"])
    bits = "same bits" if found["same_bits"] else "OTHER BITS"
    cost = f"{100 * found['overhead']:+.1f} % ({low} to {high})"
    return f"{found['workload']:50} {found['seconds_without']:8.3f} s {found['seconds_with']:8.3f} s  {cost:24} {bits}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, metavar="N", help=f"by default {REPETITIONS}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measurements as a list of objects")
    options = parser.parse_args()
    print(f"{'training':50} {'without':>10} {'with':>10}  doctor's cost")
    found = []
    for name, ready in workloads().items():
        found.append(measure(name, ready, options.repetitions))
        print(row(found[-1]), flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
