"""Contenders measured side by side: each in a process of its own, one repetition at a time in turn."""

import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing

from benchmarks.contenders import Contender
from benchmarks.worker import Worker
from benchmarks.workloads import Workload
from pellucid import machine
from pellucid.kernels import reference
from pellucid.nn import Network
from pellucid.runs.speed import training_operations

PEAK_SECONDS = 0.3  # of matrix products, before and after the contenders


def measure(
    workload: Workload, ours: Contender, peers: Sequence[Contender], does: str, repetitions: int, seconds: float
) -> list[dict]:
    """One object for each peer, ours beside it. does: "step" or "forward". A peer that cannot begin is told of and left out."""
    before = machine.peak(min(seconds, PEAK_SECONDS))
    with ExitStack() as stack:
        workers, able = [stack.enter_context(closing(Worker(ours, workload, does, seconds)))], []
        for peer in peers:
            try:
                workers.append(stack.enter_context(closing(Worker(peer, workload, does, seconds))))
                able.append(peer)
            except RuntimeError as error:
                print(f"left out: {error}", file=sys.stderr)
        times, batches = [[] for _ in workers], [[] for _ in workers]
        for _ in range(repetitions):
            for worker, own in zip(workers, times):
                own.append(worker.ask("time"))
            if does == "step":
                for worker, own in zip(workers, batches):
                    own.append(worker.ask("assembly"))
        growth = workers[0].ask("growth") if does == "step" and not workload.convolutional else None
    sides = [
        side(contender, worker.facts, own, assembled)
        for contender, worker, own, assembled in zip((ours, *able), workers, times, batches)
    ]
    shared = {
        "benchmark": does,
        "ours": ours.configuration,
        "peak_gflops": max(before, machine.peak(min(seconds, PEAK_SECONDS))) / 1e9,
        **counted(workload, does),
        "ours_memory_growth": growth,
        "repetitions": repetitions,
        "cpu": machine.processor(),
        "cores": machine.cores(),
    }
    return [row(workload, sides[0], theirs, peer) | shared for peer, theirs in zip(able, sides[1:])]


def side(contender: Contender, facts: dict, times: list[dict], batches: list[dict | None]) -> dict:
    """What is known about one contender, without a prefix."""
    seconds = [each["seconds"] for each in times]
    assembled = [each["seconds"] for each in batches if each]
    used = [each["others"] for each in times if each["others"] is not None]
    return {
        "seconds": statistics.median(seconds),
        "spread": [min(seconds), max(seconds)],
        "assembly_seconds": statistics.median(assembled) if assembled else None,
        "others": statistics.median(used) if used else None,
        "threads": facts["blas"]["threads"],
        "blas": {name: facts["blas"][name] for name in ("library", "kernel")},
        "versions": facts["versions"],
    }


def row(workload: Workload, ours: dict, theirs: dict, peer: Contender) -> dict:
    both = {f"ours_{name}": value for name, value in ours.items()}
    both |= {f"peer_{name}": value for name, value in theirs.items()}
    return {
        "workload": workload.name,
        "batch": workload.batch,
        "peer": peer.peer,
        "configuration": peer.configuration,
        "precision": peer.precision,
        "goal": workload.goals.get(peer.peer),
        "predict_limit": workload.predict_limit,
        "ratio": theirs["seconds"] / ours["seconds"],
        **both,
    }


def counted(workload: Workload, does: str) -> dict:
    """The parameters, and the floating-point operations of one step or one answer, a convolution's as of its plain sum."""
    from benchmarks.contenders.ours import network_of

    network: Network = network_of(workload, reference)
    if does == "step":
        operations = training_operations(network, workload.batch)
    else:
        operations = 2 * workload.batch * sum(layer.multiply_adds() for layer in network.layers)
    return {"parameters": network.parameters, "operations": operations}
