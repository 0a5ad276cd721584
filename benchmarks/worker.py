"""A process of its own for each contender, with its users' environment, asked for one repetition at a time.

The child sends its facts as a line of JSON once it is warm. Then it answers each line: "time" with the seconds
of one step, and "memory" with what 2,000 steps in a row leave behind.
"""

import importlib
import json
import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

from benchmarks import machine
from benchmarks.contenders import Contender
from benchmarks.workloads import Workload

ROOT = Path(__file__).parent.parent
WARM_UP_SECONDS = 0.5
MEMORY_STEPS = 2000


class Worker:
    """The parent's end."""

    def __init__(self, contender: Contender, workload: Workload, seconds: float):
        """Start the process and wait until it is warm. `seconds`: about how long one repetition takes."""
        arguments = (contender.module, ",".join(contender.packages), workload.batch, seconds, *workload.widths)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", *map(str, arguments)],
            env=machine.users_environment(),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.facts = self._receive()

    def step_seconds(self) -> float:
        """One repetition: the mean time of its steps."""
        return self._ask("time")

    def memory_growth(self) -> dict:
        """What 2,000 steps leave behind, in bytes: "traced" in Python and NumPy, "resident" in all (or None)."""
        return self._ask("memory")

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _ask(self, what: str):
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        return self._receive()

    def _receive(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a worker ended with status {self._process.wait()}; its message stands above")
        return json.loads(line)


def main(module: str, packages: str, batch: str, seconds: str, *widths: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not mix with the answers
    contender = importlib.import_module(f"benchmarks.contenders.{module}")
    run = contender.prepare(Workload(tuple(map(int, widths)), int(batch)))
    steps = warm_up(run, float(seconds))

    def send(answer) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    send({"steps": steps, "blas": contender.blas(), "versions": machine.versions(packages.split(","))})
    for line in sys.stdin:
        send({"time": lambda: timed(run, steps), "memory": lambda: growth(run)}[line.strip()]())


def warm_up(run, seconds: float) -> int:
    """Run until everything is compiled and cached; the number of steps that take about `seconds`."""
    steps, start = 20, time.perf_counter()
    while time.perf_counter() - start < WARM_UP_SECONDS:
        run(steps)
    return max(steps, round(seconds / timed(run, steps) / 20) * 20)


def timed(run, steps: int) -> float:
    start = time.perf_counter()
    run(steps)
    return (time.perf_counter() - start) / steps


def growth(run) -> dict:
    tracemalloc.start()
    run(20)
    traced, resident = tracemalloc.get_traced_memory()[0], machine.memory_in_use()
    run(MEMORY_STEPS)
    traced = tracemalloc.get_traced_memory()[0] - traced
    resident = None if resident is None else machine.memory_in_use() - resident
    tracemalloc.stop()
    return {"traced": traced, "resident": resident}


if __name__ == "__main__":
    main(*sys.argv[1:])
