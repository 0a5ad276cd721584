"""One whole training step while another program takes one of the cores.

    python -m benchmarks.busy                   prints a table
    python -m benchmarks.busy --only lenet      less of it

Milliseconds a step, median (90th percentile): on one thread of an idle machine, on all its threads, and on all threads beside a
process that computes without pause. The goal is that the last stays within 1 / 0.8 of the first (1 / 0.6 for steps of less than
a millisecond). The three take turns. Look at the load of the machine first: beside other work nothing here is idle.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

import numba

from benchmarks.contenders.ours import step
from benchmarks.report import Table
from benchmarks.workloads import STEPS, Workload

TURNS, SECONDS = 5, 1.0


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="PART", help="workloads with this in their name")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"of each of {TURNS} turns ({SECONDS})")
    options = parser.parse_args(arguments)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    chosen = [workload for workload in STEPS if options.only.lower() in workload.name.lower()]
    print(table([(workload, measured(workload, options.seconds)) for workload in chosen]).aligned())


def measured(workload: Workload, seconds: float) -> list[list[float]]:
    """Seconds of each step: one thread, all threads, all threads beside another process."""
    run, every = step(workload), numba.config.NUMBA_NUM_THREADS
    run(2)  # compiles
    found = [[], [], []]
    for _ in range(TURNS):
        for steps, (threads, beside) in zip(found, ((1, False), (every, False), (every, True)), strict=True):
            numba.set_num_threads(threads)
            other = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if beside else None
            try:
                steps += timed(run, seconds)
            finally:
                if other:
                    other.kill()
                    other.wait()
    numba.set_num_threads(every)
    return found


def timed(run, seconds: float) -> list[float]:
    """The duration of single steps, for so long."""
    steps, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        run(1)
        steps.append(time.perf_counter() - start)
    return steps


def table(rows: list[tuple[Workload, list[list[float]]]]) -> Table:
    lines = []
    for workload, found in rows:
        alone, _, busy = (statistics.median(steps) for steps in found)
        lines.append((workload.name, *map(text, found), f"{alone / busy:.2f}"))
    return Table(("ms a step", "one thread", "all threads", "one core taken", "speed kept"), lines, 1)


def text(steps: list[float]) -> str:
    ninth = statistics.quantiles(steps, n=10)[-1] if len(steps) > 1 else steps[0]
    return f"{1e3 * statistics.median(steps):.2f} ({1e3 * ninth:.2f})"


if __name__ == "__main__":
    main()
