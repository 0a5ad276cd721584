"""Fits of PellucidClassifier beside MLPClassifier, and what the estimator adds to the plain loop.

    python -m benchmarks.estimators                 MNIST (through PELLUCID_DATA or the cache) and the digits
    python -m benchmarks.estimators --quick         the digits, briefly: does it work?
    python -m benchmarks.estimators --only digits   one of them
    python -m benchmarks.estimators --json FILE     writes the measurements too

The same rows, parameters and seeds for both, in one process, in turn; float64 rows, as users have them. The plain loop is
`training.fit` on the same network and the same batches. The kernels are compiled before. Two measurements have a process
of their own: the first fit of 150 x 4 with an empty cache of kernels, and what 2,000 fits in cross_val_score leave behind.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import machine
from benchmarks.report import Table
from pellucid.machine import cores, processor

HEADINGS = ("workload", "MLPClassifier", "pellucid", "ratio", "goal", "their accuracy", "our accuracy", "plain loop", "overhead")


@dataclass(frozen=True)
class Fits:
    """One data set and the perceptron fitted to it."""

    name: str
    data: str
    hidden: int
    batch: int
    epochs: int
    seeds: int
    goal: float  # how many times as fast as MLPClassifier

    def parameters(self, seed: int) -> dict:
        return {
            "hidden_layer_sizes": (self.hidden,),
            "batch_size": self.batch,
            "max_iter": self.epochs,
            "n_iter_no_change": self.epochs,
            "random_state": seed,
        }


WORKLOADS = (
    Fits("mnist 784-100-10, batch 64, 10 epochs", "mnist", 100, 64, 10, 3, 4.0),
    Fits("digits 64-32-10, batch 32, 30 epochs", "digits", 32, 32, 30, 3, 8.0),
)
QUICK = (Fits("digits 64-32-10, batch 32, 3 epochs", "digits", 32, 32, 3, 1, 8.0),)


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    chosen = QUICK if options.quick else WORKLOADS
    load, rows = machine.load(), []
    for workload in chosen:
        if options.only in workload.name:
            print(f"measuring {workload.name} ...", file=sys.stderr)
            rows.append(measure(workload) | {"load_before": load, "cpu": processor(), "cores": cores()})
    found = {"fits": rows, "first_fit_seconds": first_fit(), "leaks": leaks(50 if options.quick else 2000)}
    print(Table(HEADINGS, list(map(cells, rows)), words=1).aligned())
    print(f"\nfirst fit of 150 x 4, empty cache of kernels: {found['first_fit_seconds']:.2f} s (goal: below 0.5 s)")
    print("{fits:,} fits in cross_val_score: {bytes:,} bytes more in memory, {threads} threads more".format(**found["leaks"]))
    print(f"{processor()}, {cores()} cores; load before: {load}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measurements")
    parser.add_argument("--quick", action="store_true", help="one short fit, to see that everything runs")
    parser.add_argument("--only", default="", metavar="PART", help="workloads with this in their name")
    return parser.parse_args(arguments)


def measure(workload: Fits) -> dict:
    """Medians over the seeds; before them one epoch of ours, which compiles the kernels."""
    from sklearn.neural_network import MLPClassifier

    from pellucid import PellucidClassifier

    train, test = rows_of(workload.data)
    warnings.simplefilter("ignore")  # the number of epochs is fixed on purpose
    PellucidClassifier(**workload.parameters(0) | {"max_iter": 1}).fit(*train).predict(test[0])
    seconds, accuracies = {"theirs": [], "ours": [], "plain": []}, {"theirs": [], "ours": []}
    for seed in range(workload.seeds):
        for who, kind in (("theirs", MLPClassifier), ("ours", PellucidClassifier)):
            start = time.perf_counter()
            model = kind(**workload.parameters(seed)).fit(*train)
            seconds[who].append(time.perf_counter() - start)
            accuracies[who].append(model.score(*test))
        seconds["plain"].append(plain_loop(workload, seed, *train))
    medians = {who: statistics.median(values) for who, values in seconds.items()}
    return {
        "workload": workload.name,
        "goal": workload.goal,
        "seconds": seconds,
        "ratio": medians["theirs"] / medians["ours"],
        "overhead": statistics.median(ours / plain for ours, plain in zip(seconds["ours"], seconds["plain"])) - 1,
        "accuracies": accuracies,
        "versions": machine.versions(("scikit-learn", "numpy", "scipy", "numba")),
    }


def rows_of(data: str) -> tuple:
    """((x, y) to train on, (x, y) to test on): rows in [0, 1], float64."""
    from pellucid.images import open_source

    source = open_source(data)
    x, y = source.images.reshape(len(source), -1) / source.value_range[1], source.labels
    test = np.arange(len(x)) % 4 == 0 if source.split is None else source.split == "test"
    return (x[~test], y[~test]), (x[test], y[test])


def plain_loop(workload: Fits, seed: int, x: np.ndarray, labels: np.ndarray) -> float:
    """Seconds of the same training without an estimator, from float64 rows to a trained network."""
    from pellucid.images import Batches, InputSpec
    from pellucid.nn import Network, SoftmaxCrossEntropy, presets
    from pellucid.optim import Adam, Penalty, Update, schedules
    from pellucid.training import fit

    start = time.perf_counter()
    network = Network(presets.mlp([workload.hidden], labels.max() + 1), x.shape[1:], seed=seed)
    spec = InputSpec(x.shape[1:], normalisation="none", value_range=(0.0, 1.0))
    settings = {"seed": seed, "kernels": network.kernels}
    batches = Batches(x.astype(np.float32), labels, np.arange(len(x)), spec, workload.batch, **settings)
    update = Update(Adam(network), penalty=Penalty(l2=1e-4 / workload.batch))
    schedule = schedules.constant(1e-3)
    for _ in fit(network, SoftmaxCrossEntropy(), update, batches, epochs=workload.epochs, schedule=schedule):
        pass
    return time.perf_counter() - start


FIRST_FIT = """
import time, warnings
from sklearn.datasets import load_iris
from pellucid import PellucidClassifier
warnings.simplefilter("ignore")
x, y = load_iris(return_X_y=True)
start = time.perf_counter()
PellucidClassifier().fit(x, y)
print(time.perf_counter() - start)
"""

LEAKS = """
import gc, json, os, sys, warnings
from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_score
from benchmarks.machine import memory_in_use
from pellucid import PellucidClassifier
warnings.simplefilter("ignore")
x, y = load_iris(return_X_y=True)
threads = lambda: len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0
def fits(count):
    for _ in range(count // 10):
        cross_val_score(PellucidClassifier((4,), max_iter=2), x, y, cv=10)
    gc.collect()
    return memory_in_use() or 0, threads()
count = int(sys.argv[1])
before = fits(100)
after = fits(count)
print(json.dumps({"fits": count, "bytes": after[0] - before[0], "threads": after[1] - before[1]}))
"""


def first_fit() -> float:
    with tempfile.TemporaryDirectory() as folder:
        return float(in_a_process(FIRST_FIT, environment={"NUMBA_CACHE_DIR": folder}))


def leaks(count: int) -> dict:
    return json.loads(in_a_process(LEAKS, str(count)))


def in_a_process(code: str, *arguments: str, environment: dict | None = None) -> str:
    command = [sys.executable, "-c", code, *arguments]
    root, ours = Path(__file__).parent.parent, machine.users_environment() | (environment or {})
    return subprocess.run(command, cwd=root, env=ours, stdout=subprocess.PIPE, text=True, check=True).stdout


def cells(row: dict) -> tuple[str, ...]:
    middle = {who: statistics.median(values) for who, values in row["seconds"].items()}
    mean = {who: statistics.mean(values) for who, values in row["accuracies"].items()}
    return (
        row["workload"],
        f"{middle['theirs']:.2f} s",
        f"{middle['ours']:.2f} s",
        f"{row['ratio']:.1f}",
        f"{row['goal']:g}",
        f"{mean['theirs']:.2%}",
        f"{mean['ours']:.2%}",
        f"{middle['plain']:.2f} s",
        f"{row['overhead']:+.1%}",
    )


if __name__ == "__main__":
    main()
