"""The command line that the measurements share."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.contenders import Contender
from benchmarks.page import PAGE, page
from benchmarks.report import Table, conditions
from benchmarks.workloads import Workload

REPETITIONS, SECONDS = 9, 0.3
QUICK_REPETITIONS, QUICK_SECONDS = 3, 0.02


def run(
    description: str,
    arguments: Sequence[str] | None,
    workloads: Sequence[Workload],
    peers: Sequence[Contender],
    measure: Callable[[Workload, list[Contender], int, float], list[dict]],
    tables: Sequence[Callable[[list[dict]], Table]],
) -> None:
    """Measure the chosen workloads against the chosen peers; print the tables, write the JSON file after each workload."""
    options = parse(description, arguments, workloads, peers)
    if options.markdown:
        rows = [row for path in options.markdown for row in json.loads(path.read_text(encoding="utf-8"))]
        PAGE.write_text(page(rows), encoding="utf-8")
        return
    repetitions, seconds = (QUICK_REPETITIONS, QUICK_SECONDS) if options.quick else (options.repetitions, SECONDS)
    taking_part, left_out = available(peer for peer in peers if not options.peers or peer.peer in options.peers)
    load = machine.load()
    tell(load, left_out)
    rows = []
    for workload in workloads:
        if options.only and workload.name not in options.only:
            continue
        print(f"measuring {workload.name} ...", file=sys.stderr)
        found = measure(workload, [peer for peer in taking_part if peer.suits(workload)], repetitions, seconds)
        rows += [row | {"load_before": load, "left_out": left_out} for row in found]
        if options.json:
            options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print("\n\n".join([*(table(rows).aligned() for table in tables), "\n".join(conditions(rows))]))


def parse(description: str, arguments, workloads: Sequence[Workload], peers: Sequence[Contender]) -> argparse.Namespace:
    names, packages = [each.name for each in workloads], list(dict.fromkeys(peer.peer for peer in peers))
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measurements as a list of objects")
    parser.add_argument("--quick", action="store_true", help="three short repetitions, to see that everything runs")
    parser.add_argument("--only", nargs="+", metavar="PART", help="workloads with this in their name: " + "; ".join(names))
    parser.add_argument("--peers", nargs="+", metavar="PEER", help="only these: " + ", ".join(packages))
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, metavar="N", help=f"of {SECONDS} s each ({REPETITIONS})")
    parser.add_argument("--markdown", type=Path, nargs="+", metavar="FILE", help="make docs/benchmarks.md of such files, and end")
    options = parser.parse_args(arguments)
    options.only = chosen(parser, "--only", options.only, names)
    options.peers = chosen(parser, "--peers", options.peers, packages)
    return options


def chosen(parser: argparse.ArgumentParser, option: str, parts: list[str] | None, names: list[str]) -> list[str]:
    """The name that is the part, else the names that contain it, upper or lower case; an error for a part that is in none."""
    found = []
    for part in parts or []:
        fitting = [part] if part in names else [name for name in names if part.casefold() in name.casefold()]
        if not fitting:
            parser.error(f"{option} {part}: expected a part of one of: {'; '.join(names)}")
        found += fitting
    return found


def available(peers: Iterable[Contender]) -> tuple[list[Contender], list[str]]:
    """Those that can take part, and for the others why not."""
    there, left_out = [], []
    for peer in peers:
        if reason := peer.missing():
            left_out.append(f"{peer.name}: {reason}")
        else:
            there.append(peer)
    return there, left_out


def tell(load: float | None, left_out: list[str]) -> None:
    if load and load > 0.3:
        print(f"other work is running (load {load:.1f}); times will be longer than they could be", file=sys.stderr)
    for line in left_out:
        print(f"left out: {line}", file=sys.stderr)
