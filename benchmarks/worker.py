"""A process of its own for each contender, with its users' environment, asked for one thing at a time.

The parent sends a line of JSON that says what to prepare; the child sends its facts as another once it is warm. Then
it answers each line: "time" and "assembly" with the seconds of one step or one batch, "growth" with the memory that
2,000 steps in a row leave behind, "peak" with the memory that steps need.
"""

import importlib
import json
import os
import subprocess
import sys
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

from benchmarks import machine
from benchmarks.contenders import Contender
from benchmarks.workloads import Workload
from pellucid.machine import Stopwatch

ROOT = Path(__file__).parent.parent
WARM_UP_SECONDS = 0.5
GROWTH_STEPS = 2000
SETTLING_SECONDS = 0.05  # OpenBLAS's threads, of whoever was before, spin for 25 ms before they sleep


class Worker:
    """The parent's end."""

    def __init__(self, contender: Contender, workload: Workload, does: str, seconds: float):
        """Start the process and wait until it is warm.

        does: "step" or "forward". seconds: about how long one repetition takes. Raises RuntimeError, here and later,
        where the process ends before it should; what it wrote to stderr is to be seen there.
        """
        self._name = f"{contender.name} on {workload.name}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker"],
            env=machine.users_environment(),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        job = {
            "module": contender.module,
            "options": dict(contender.options),
            "packages": contender.packages,
            "workload": workload.to_json(),
            "does": does,
            "seconds": seconds,
        }
        self.facts = self.ask(json.dumps(job))

    def ask(self, what: str):
        """The child's answer to one line."""
        with suppress(BrokenPipeError):  # it has ended; what it did not answer says so below
            self._process.stdin.write(what + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            status = self.close()
            raise RuntimeError(f"{self._name}: its process ended with status {status}; see its message above")
        return json.loads(line)

    def close(self) -> int:
        """Let the process end; its status."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                pipe.close()
        return self._process.wait()


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not mix with the answers

    def send(answer) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    job = json.loads(sys.stdin.readline())
    task = Task(job)
    send(task.facts)
    for line in sys.stdin:
        send(getattr(task, line.strip())())


class Task:
    """What the child does: its public methods are the questions it answers."""

    def __init__(self, job: dict):
        self.module = importlib.import_module(f"benchmarks.contenders.{job['module']}")
        self.workload, self.options = Workload.from_json(job["workload"]), job["options"]
        self.seconds, self.unit = job["seconds"], getattr(self.module, "STEPS", 1)
        self.imported = machine.memory_in_use()
        self.run = getattr(self.module, job["does"])(self.workload, **self.options)
        self.count = warm_up(self.run, self.seconds, self.unit)
        self.assemble = None
        blas = self.module.blas(**self.options)
        self.facts = {"blas": blas, "versions": machine.versions(job["packages"])}

    def time(self) -> dict:
        """The seconds of a step, and the cores that other programs used meanwhile."""
        return timed(self.run, self.count)

    def assembly(self) -> dict | None:
        """The same for the assembly of a batch; None where this package leaves that to others."""
        if not hasattr(self.module, "assembly"):
            return None
        if self.assemble is None:
            self.assemble = self.module.assembly(self.workload, **self.options)
            self.batches = warm_up(self.assemble, self.seconds, 1)
        return timed(self.assemble, self.batches)

    def growth(self) -> dict:
        """What 2,000 steps leave behind, in bytes: "traced" in Python and NumPy, "resident" in all (or None)."""
        tracemalloc.start()
        self.run(20)
        traced, resident = tracemalloc.get_traced_memory()[0], machine.memory_in_use()
        self.run(GROWTH_STEPS)
        traced = tracemalloc.get_traced_memory()[0] - traced
        resident = None if resident is None else machine.memory_in_use() - resident
        tracemalloc.stop()
        return {"traced": traced, "resident": resident}

    def peak(self) -> dict:
        """Resident bytes: "imported" after the imports, "warm" before more steps, "peak" at most while they ran."""
        warm = machine.memory_in_use()
        machine.forget_peak()
        self.run(self.count)
        return {"imported": self.imported, "warm": warm, "peak": machine.peak_memory()}


def warm_up(run, seconds: float, unit: int) -> int:
    """Run until everything is compiled and cached; the number of times that take about `seconds`, a multiple of `unit`."""
    run(unit)
    count, end = unit, time.perf_counter() + WARM_UP_SECONDS
    while time.perf_counter() < end:
        begun = time.perf_counter()
        run(count)
        each = (time.perf_counter() - begun) / count
        count = max(1, round(min(seconds, WARM_UP_SECONDS) / each / unit)) * unit
    return max(1, round(seconds / each / unit)) * unit


def timed(run, count: int) -> dict:
    time.sleep(SETTLING_SECONDS)
    with Stopwatch() as watch:
        run(count)
    return {"seconds": watch.seconds / count, "others": watch.others}


if __name__ == "__main__":
    main()
