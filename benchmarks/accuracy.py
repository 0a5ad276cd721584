"""How accurate are the networks that our recipes train? Each seed is a run of its own, by the command that a user would type.

    python -m benchmarks.accuracy                       runs what is not finished yet, then writes docs/results.md
    python -m benchmarks.accuracy --only digits mnist   rows named so, else with this in their name
    python -m benchmarks.accuracy --seeds 3             the first three seeds of each
    python -m benchmarks.accuracy --list                rows, and what is finished
    python -m benchmarks.accuracy --write               only writes docs/results.md, and the tables of the README

Each result goes to benchmarks/results.jsonl at once, and what stands there is not run again unless its recipe or its
command has changed. A row whose data or recipe is absent is passed over with the reason. Real data is looked for in $PELLUCID_DATA.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.accuracy_rows import ROWS, Row
from benchmarks.command import chosen
from benchmarks.machine import users_environment
from benchmarks.readme import with_tables
from benchmarks.results import digest, page, problem_of, results_of, table
from pellucid import __version__, machine
from pellucid.recipes import shipped

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).with_name("results.jsonl")
PAGE, README = ROOT / "docs" / "results.md", ROOT / "README.md"


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    rows = [row for row in ROWS if not options.only or row.name in options.only]
    if not (options.write or options.list):
        for row in rows:
            measure(row, options.seeds, options.results)
    entries = read(options.results)
    if options.list:
        print(table(rows, entries).aligned())
    else:
        options.page.write_text(page(ROWS, entries), encoding="utf-8")
        print(f"wrote {options.page}", file=sys.stderr)
        if options.page == PAGE:
            README.write_text(with_tables(README.read_text(encoding="utf-8"), ROWS, entries), encoding="utf-8")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [row.name for row in ROWS]
    parser.add_argument(
        "--only", nargs="+", metavar="PART", help=f"rows named so, else with this in their name: {', '.join(names)}"
    )
    parser.add_argument("--seeds", type=int, metavar="N", help="only the first N seeds of each row")
    parser.add_argument("--list", action="store_true", help="print rows and results; run nothing")
    parser.add_argument("--write", action="store_true", help="write the page; run nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE", help="benchmarks/results.jsonl by default")
    parser.add_argument("--page", type=Path, default=PAGE, metavar="FILE", help="docs/results.md by default")
    options = parser.parse_args(arguments)
    options.only = chosen(parser, "--only", options.only, names)
    return options


def measure(row: Row, seeds: int | None, results: Path) -> None:
    """Run the seeds that are not finished; note each result at once. What cannot run is noted with the reason."""
    for seed in range(min(seeds or row.seeds, row.seeds)):
        entries = read(results)
        if seed in results_of(row, entries):
            continue
        print(f"{row.name}, seed {seed} ...", file=sys.stderr, flush=True)
        problem = absent(row)
        outcome = {"problem": problem} if problem else run(row, seed)
        if (problem := outcome.get("problem")) is None:
            note(results, {"row": row.name, "command": row.command, "seed": seed, **outcome})
            print(f"{row.name}, seed {seed}: {outcome['accuracy']:.2%} in {outcome['seconds']:.1f} s", file=sys.stderr)
            continue
        print(f"{row.name}: {problem}", file=sys.stderr)
        if problem != problem_of(row, entries):
            note(results, {"row": row.name, "command": row.command, "problem": problem})
        return


def absent(row: Row) -> str | None:
    """What is missing for this row, as far as it can be told without running it."""
    if row.recipe and row.recipe not in [name for name, _ in shipped()]:
        return f"the recipe {row.recipe} does not exist yet"
    if "$PELLUCID_DATA" in row.command:
        folder = next(word for word in shlex.split(row.command) if "$PELLUCID_DATA" in word)
        if "PELLUCID_DATA" not in os.environ or not Path(os.path.expandvars(folder)).exists():
            return f"no data: {folder} is not there"
    return None


def run(row: Row, seed: int) -> dict:
    """The result of one seed; {"problem": one line} where the command says that it cannot run (exit status 2).

    Raises RuntimeError where it ends in another way: that is a mistake of ours.
    """
    begun, worked = time.perf_counter(), processor_seconds()
    with tempfile.TemporaryDirectory(prefix="pellucid-accuracy-") as folder:
        done = subprocess.run(
            words(row.command, seed, Path(folder, "run")),
            cwd=ROOT,
            env=users_environment(),
            capture_output=True,
            text=True,
        )
    if done.returncode == 2:
        return {"problem": done.stderr.strip().splitlines()[-1].removeprefix("pellucid: ")}
    if done.returncode:
        raise RuntimeError(f"{row.command} with seed {seed} ended with status {done.returncode}:\n{done.stderr}")
    found = json.loads(done.stdout)
    scores = found["folds"] | {"n_test": found["folds"]["n"]} if row.folds else found
    return {
        "accuracy": scores["accuracy"],
        "n_test": scores["n_test"],
        "seconds": found["seconds"],
        "whole_seconds": time.perf_counter() - begun,
        "processor_seconds": processor_seconds() - worked,
        "recipe": found["recipe"],
        "digest": digest(found["recipe"]),
        "version": __version__,
        "cpu": machine.processor(),
        "cores": machine.cores(),
        "date": time.strftime("%Y-%m-%d"),
    }


def processor_seconds() -> float:
    """What the cores have worked for programs that this one started and that have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def words(command: str, seed: int, out: Path) -> list[str]:
    """The command as a process is started, by this Python; `pellucid` is asked for JSON and leaves its files in `out`."""
    program, *rest = (os.path.expandvars(word.replace("{seed}", str(seed))) for word in shlex.split(command))
    if program == "pellucid":
        rest = ["-m", "pellucid", *rest, "--json", "--quiet", "--out", str(out)]
    return [sys.executable, *rest]


def read(results: Path) -> list[dict]:
    """The entries so far. A last line that was cut off when the machine went down is none."""
    if not results.exists():
        return []
    lines = results.read_text(encoding="utf-8").splitlines()
    return list(parsed(lines))


def parsed(lines: list[str]) -> Iterable[dict]:
    for number, line in enumerate(lines):
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            if number + 1 < len(lines):
                raise


def note(results: Path, entry: dict) -> None:
    """Add a line, and wait until it is on the disk."""
    broken = results.exists() and not results.read_bytes().endswith(b"\n") and results.stat().st_size
    with results.open("a", encoding="utf-8") as file:
        file.write(("\n" if broken else "") + json.dumps(entry) + "\n")
        file.flush()
        os.fsync(file.fileno())


if __name__ == "__main__":
    main()
