"""Measurements as tables, for the terminal and for the documentation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Rows = Sequence[dict]

PREDICT = "Classifier.predict"
ADAM_BYTES = 28  # a parameter: theta, gradient and two moments are read, three of them written


class Table(NamedTuple):
    """heading: one text a column. lines: the cells. words: how many columns, from the left, hold words and not numbers."""

    heading: tuple[str, ...]
    lines: list[tuple[str, ...]]
    words: int

    def aligned(self) -> str:
        """For the terminal."""
        lines = [self.heading, *(tuple(cell.replace("**", "") for cell in line) for line in self.lines)]
        widths = [max(map(len, column)) for column in zip(*lines)]
        pad = [str.ljust] * self.words + [str.rjust] * (len(widths) - self.words)
        return "\n".join("  ".join(fill(cell, width) for fill, cell, width in zip(pad, line, widths)).rstrip() for line in lines)

    def markdown(self) -> str:
        rule = ("---",) * self.words + ("---:",) * (len(self.heading) - self.words)
        return "\n".join(f"| {' | '.join(cells)} |" for cells in [self.heading, rule, *self.lines])


@dataclass(frozen=True)
class Standing:
    """The fastest float32 configuration of a peer on a workload: its ratio to pellucid's time, and the goal if there is one."""

    workload: str
    peer: str
    configuration: str
    ratio: float
    goal: float | None

    @property
    def verdict(self) -> str:
        """`met`, or by how much the goal is missed; nothing without a goal."""
        if self.goal is None:
            return ""
        return "met" if self.ratio >= self.goal else f"{100 * (1 - self.ratio / self.goal):.0f} % short"

    def __str__(self):
        ratio = f"{self.ratio:.1f}×"
        if self.goal is None:
            return ratio
        goal = f"goal {self.goal:g}"
        return f"**{ratio}** ({goal})" if self.verdict == "met" else f"{ratio} ({goal}: {self.verdict})"


def standings(rows: Rows) -> list[Standing]:
    """One for each workload and peer, in the order of the rows; pellucid's own other configurations are no peer."""
    best: dict[tuple[str, str], dict] = {}
    for row in rows:
        key = row["workload"], row["peer"]
        if row["peer"] == "pellucid" or row["precision"] != "float32":
            continue
        if key not in best or row["ratio"] < best[key]["ratio"]:
            best[key] = row
    fields = ("workload", "peer", "configuration", "ratio", "goal")
    return [Standing(*(row[name] for name in fields)) for row in best.values()]


def summary(rows: Rows) -> Table:
    """A row a workload, a column a peer: its ratio and the goal, in bold where that is met.

    Where `Classifier.predict` was measured, its time has a column too.
    """
    found = {(each.workload, each.peer): each for each in standings(rows)}
    peers = tuple(dict.fromkeys(peer for _, peer in found))
    predict = any(row["configuration"] == PREDICT for row in rows)
    lines = [
        (
            workload,
            duration(own[0]["ours_seconds"]),
            *([predict_time(own)] if predict else []),
            *(str(found.get((workload, peer), "–")) for peer in peers),
        )
        for workload, own in by_workload(rows)
    ]
    heading = ("workload", own_name(rows), *([f"`{PREDICT}`"] if predict else []), *peers)
    return Table(heading, lines, words=1)


def own_name(rows: Rows) -> str:
    return f"`{rows[0]['ours']}`" if rows and rows[0]["benchmark"] == "forward" else "pellucid"


def predict_time(rows: Rows) -> str:
    """The time of `Classifier.predict` on a workload, and its limit, in bold where that is kept."""
    row = next((row for row in rows if row["configuration"] == PREDICT), None)
    if row is None:
        return "–"
    seconds, limit = row["peer_seconds"], row["predict_limit"]
    if limit is None:
        return duration(seconds)
    goal = f"goal at most {duration(limit)}"
    return f"**{duration(seconds)}** ({goal})" if seconds <= limit else f"{duration(seconds)} ({goal})"


def limits(rows: Rows) -> Table:
    """How far pellucid is from what the machine can do."""
    lines = [
        (
            workload,
            duration(row["ours_seconds"]),
            f"{row['batch'] / row['ours_seconds']:,.0f}",
            duration(row["ours_assembly_seconds"]),
            f"{row['operations'] / 1e6:,.1f}",
            f"{ADAM_BYTES * row['parameters'] / 1e6:,.2f}",
            f"{gflops(row):,.1f}",
            f"{100 * gflops(row) / row['peak_gflops']:.0f} %",
        )
        for workload, (row, *_) in by_workload(rows)
    ]
    heading = ("workload", "step", "pictures/s", "batch assembly", "million operations", "MB of Adam", "GFLOP/s", "of peak")
    return Table(heading, lines, words=1)


def configurations(rows: Rows) -> Table:
    """A row a configuration, pellucid's first; the assembly of batches in a column of its own where it was measured."""
    lines = []
    for workload, own in by_workload(rows):
        lines.append((f"**{workload}**", *side(own[0], "ours", f"pellucid, {own[0]['ours']}", 1)))
        lines += [("", *side(row, "peer", f"{row['peer']}, {row['configuration']}", row["ratio"])) for row in own]
    heading = ("workload", "package", "threads", "median (smallest to largest)", "ratio", "batch assembly")
    if all(row["ours_assembly_seconds"] is None for row in rows):
        heading, lines = heading[:-1], [line[:-1] for line in lines]
    return Table(heading, lines, words=2)


def side(row: dict, whose: str, name: str, ratio: float) -> tuple[str, ...]:
    low, high = row[f"{whose}_spread"]
    return (
        name,
        str(row[f"{whose}_threads"]),
        f"{duration(row[f'{whose}_seconds'])} ({duration(low)} to {duration(high)})",
        f"{ratio:.2f}",
        duration(row[f"{whose}_assembly_seconds"]),
    )


def memory(rows: Rows) -> Table:
    """Resident memory at most, and how much of it came after the imports."""
    lines = []
    for workload, own in by_workload(rows):
        sides = [(own[0], "ours", f"pellucid, {own[0]['ours']}", 1)]
        sides += [(row, "peer", f"{row['peer']}, {row['configuration']}", row["ratio"]) for row in own]
        for number, (row, whose, name, ratio) in enumerate(sides):
            first = "" if number else f"**{workload}**"
            most, step = (f"{row[f'{whose}_{what}_bytes'] / 1e6:,.0f}" for what in ("peak", "step"))
            lines.append((first, name, most, step, f"{ratio:.1f}"))
    return Table(("workload", "package", "MB at most", "without imports", "ratio"), lines, words=2)


def by_workload(rows: Rows) -> Iterable[tuple[str, list[dict]]]:
    """Each workload with its rows; what is said of pellucid is the same in all of them."""
    found: dict[str, list[dict]] = {}
    for row in rows:
        found.setdefault(row["workload"], []).append(row)
    return found.items()


def conditions(rows: Rows) -> list[str]:
    """What the numbers depend on, a line each."""
    first = rows[0]
    lines = [
        f"processor: {first['cpu']}, {first['cores']} cores; Python {first['ours_versions']['python']}",
        f"pellucid: {package(first, 'ours')}",
    ]
    packages = {row["peer"]: package(row, "peer") for row in rows if row["peer"] != "pellucid"}
    lines += [f"{peer}: {text}" for peer, text in packages.items()]
    if (used := others(rows)) is not None:
        lines.append(f"other programs used up to {used:.1f} of {first['cores']} cores meanwhile")
    return [*lines, *(f"left out: {line}" for line in first["left_out"])]


def others(rows: Rows) -> float | None:
    """The most cores that other programs used while one of the contenders was measured, by the median of its repetitions."""
    used = [row[f"{whose}_others"] for row in rows for whose in ("ours", "peer")]
    return max((each for each in used if each is not None), default=None)


def package(row: dict, whose: str) -> str:
    """Versions, and in what and with how many threads it multiplies matrices."""
    blas, threads = row[f"{whose}_blas"], row[f"{whose}_threads"]
    versions = ", ".join(f"{name} {version}" for name, version in row[f"{whose}_versions"].items() if name != "python")
    kernel = f", kernel {blas['kernel']}" if blas["kernel"] else ""
    return f"{versions}; {blas['library']}{kernel}; {threads} thread{'s' * (threads != 1)}"


def duration(seconds: float | None) -> str:
    """Three digits or so, in µs below 10 ms and in ms above."""
    if seconds is None:
        return "–"
    number, unit = (seconds * 1e6, "µs") if seconds < 0.01 else (seconds * 1e3, "ms")
    return f"{number:,.{1 if number < 100 else 0}f} {unit}"


def gflops(row: dict) -> float:
    """Billions of operations a second of pellucid."""
    return row["operations"] / row["ours_seconds"] / 1e9
