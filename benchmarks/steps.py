"""One whole training step, forward, loss, backward and Adam, beside other packages.

    python -m benchmarks.steps                        prints a table
    python -m benchmarks.steps --json steps.json      writes the measurements too
    python -m benchmarks.steps --quick                three short repetitions: does it work?
    python -m benchmarks.steps --markdown steps.json  makes docs/benchmarks.md of them

Each contender lives in a process of its own, with the environment its users would have. They take turns, one repetition
at a time, so that what else the machine does meets all alike. Warm-up and compilation are left out. Peers that are not
installed are left out too; `pip install -e '.[bench]'` brings them.
"""

import argparse
import json
import statistics
import sys
from contextlib import ExitStack, closing
from pathlib import Path

from benchmarks import machine
from benchmarks.contenders import OURS, PEERS, Contender
from benchmarks.report import markdown, table
from benchmarks.worker import Worker
from benchmarks.workloads import WORKLOADS, Workload

REPETITIONS, SECONDS = 9, 0.3
QUICK_REPETITIONS, QUICK_SECONDS = 3, 0.02


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    if options.markdown:
        Path("docs/benchmarks.md").write_text(markdown(json.loads(options.markdown.read_text())), encoding="utf-8")
        return
    repetitions, seconds = (QUICK_REPETITIONS, QUICK_SECONDS) if options.quick else (REPETITIONS, SECONDS)
    contenders = [OURS, *(peer for peer in PEERS if peer.installed())]
    load, rows = machine.load(), []
    if load and load > 0.3:
        print(f"other work is running (load {load:.1f}); times will be longer than they could be", file=sys.stderr)
    for workload in WORKLOADS:
        print(f"measuring {workload.name} ...", file=sys.stderr)
        rows += [row | {"load_before": load} for row in measure(workload, contenders, repetitions, seconds)]
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measurements as a list of objects")
    parser.add_argument("--quick", action="store_true", help="three short repetitions, to see that everything runs")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="make docs/benchmarks.md of such a file, and end")
    return parser.parse_args(arguments)


def measure(workload: Workload, contenders: list[Contender], repetitions: int, seconds: float) -> list[dict]:
    """One object for each peer, ours beside it."""
    with ExitStack() as stack:
        workers = [stack.enter_context(closing(Worker(contender, workload, seconds))) for contender in contenders]
        times = [[] for _ in workers]
        for _ in range(repetitions):
            for worker, own in zip(workers, times):
                own.append(worker.step_seconds())
        growth = workers[0].memory_growth()
    return [
        row(workload, contender, (times[0], times[number]), (workers[0].facts, workers[number].facts), growth)
        for number, contender in enumerate(contenders)
        if contender is not OURS
    ]


def row(workload: Workload, peer: Contender, times: tuple, facts: tuple, growth: dict) -> dict:
    (our_times, peer_times), (ours, theirs) = times, facts
    our_seconds, peer_seconds = statistics.median(our_times), statistics.median(peer_times)
    return {
        "workload": workload.name,
        "peer": peer.peer,
        "configuration": peer.configuration,
        "ours": OURS.configuration,
        "ours_seconds": our_seconds,
        "peer_seconds": peer_seconds,
        "ratio": peer_seconds / our_seconds,
        "ours_spread": [min(our_times), max(our_times)],
        "peer_spread": [min(peer_times), max(peer_times)],
        "repetitions": len(our_times),
        "ours_blas": ours["blas"],
        "peer_blas": theirs["blas"],
        "ours_versions": ours["versions"],
        "peer_versions": theirs["versions"],
        "ours_memory_growth": growth,
        "cpu": machine.processor(),
        "cores": machine.cores(),
    }


if __name__ == "__main__":
    main()
