"""The memory that a training step needs at most, beside other packages. Linux alone tells it.

    python -m benchmarks.memory                      prints a table
    python -m benchmarks.memory --json memory.json   writes the measurements too

Each contender runs in a process of its own. Counted is resident memory: after the imports, and at its peak during
training steps, after compilation and warm-up. What a step needs is the difference.
"""

import sys
from contextlib import closing

from benchmarks import command, machine
from benchmarks.contenders import OURS, STEP_PEERS, Contender
from benchmarks.report import memory
from benchmarks.worker import Worker
from benchmarks.workloads import STEPS, Workload
from pellucid.machine import cores, processor


def main(arguments: list[str] | None = None) -> None:
    if machine.peak_memory() is None:
        raise SystemExit("benchmarks.memory reads /proc/self/status, which this system does not have")
    command.run(__doc__, arguments, STEPS, STEP_PEERS, measure, (memory,))


def measure(workload: Workload, peers: list[Contender], repetitions: int, seconds: float) -> list[dict]:
    """One object for each peer, ours beside it. A peer that cannot begin is told of and left out."""
    ours, rows = peak(OURS, workload, seconds), []
    for peer in peers:
        try:
            theirs = peak(peer, workload, seconds)
        except RuntimeError as error:
            print(f"left out: {error}", file=sys.stderr)
        else:
            rows.append(row(workload, ours, peer, theirs) | {"cpu": processor(), "cores": cores()})
    return rows


def peak(contender: Contender, workload: Workload, seconds: float) -> dict:
    with closing(Worker(contender, workload, "step", seconds)) as worker:
        memory = worker.ask("peak")
    return {
        "peak_bytes": memory["peak"],
        "imported_bytes": memory["imported"],
        "step_bytes": memory["peak"] - memory["imported"],
        "versions": worker.facts["versions"],
        "threads": worker.facts["blas"]["threads"],
        "blas": {name: worker.facts["blas"][name] for name in ("library", "kernel")},
        "others": None,
    }


def row(workload: Workload, ours: dict, peer: Contender, theirs: dict) -> dict:
    both = {f"ours_{name}": value for name, value in ours.items()}
    both |= {f"peer_{name}": value for name, value in theirs.items()}
    return {
        "benchmark": "memory",
        "workload": workload.name,
        "peer": peer.peer,
        "configuration": peer.configuration,
        "precision": peer.precision,
        "ours": OURS.configuration,
        "ratio": theirs["peak_bytes"] / ours["peak_bytes"],
        **both,
    }


if __name__ == "__main__":
    main()
