"""The measurements of `benchmarks.steps` as a table for the terminal and as a page of the documentation."""

from benchmarks.worker import MEMORY_STEPS, WARM_UP_SECONDS

HEADINGS = ("workload", "peer", "configuration", "threads", "peer", "pellucid", "ratio")


def table(rows: list[dict]) -> str:
    """Aligned columns, then what it was measured on."""
    lines = [HEADINGS, *map(cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    return "\n".join([*text, "", *conditions(rows)])


def markdown(rows: list[dict]) -> str:
    """docs/benchmarks.md."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    notes = "\n".join(f"- {line}" for line in conditions(rows))
    return PAGE.format(table="\n".join(lines), notes=notes)


def cells(row: dict) -> tuple[str, ...]:
    return (
        row["workload"],
        row["peer"],
        row["configuration"],
        str(row["peer_blas"]["threads"]),
        timing(row["peer_seconds"], row["peer_spread"]),
        timing(row["ours_seconds"], row["ours_spread"]),
        f"{row['ratio']:.1f}",
    )


def timing(seconds: float, spread: list[float]) -> str:
    low, high = (f"{value * 1e6:,.0f}" for value in spread)
    return f"{seconds * 1e6:,.0f} µs ({low} to {high})"


def conditions(rows: list[dict]) -> list[str]:
    """What the numbers depend on, a line each."""
    first = rows[0]
    load = "unknown" if first["load_before"] is None else f"{first['load_before']:.1f}"
    lines = [
        f"processor: {first['cpu']}, {first['cores']} cores; load before the first repetition: {load}",
        f"pellucid: {first['ours']}; {listing(first['ours_versions'])}; {products(first['ours_blas'])}",
    ]
    for peer, row in {row["peer"]: row for row in rows}.items():
        lines.append(f"{peer}: {listing(row['peer_versions'])}; {products(row['peer_blas'])}")
    lines.append(
        f"times: median (smallest to largest) of {first['repetitions']} repetitions, taken in turn; "
        f"{WARM_UP_SECONDS} s of warm-up and all compilation left out"
    )
    return [*lines, *growth(rows)]


def growth(rows: list[dict]) -> list[str]:
    """How much memory our steps keep, once for each workload."""
    measured = {row["workload"]: row["ours_memory_growth"] for row in rows}
    kept = ", ".join(f"{grown['traced']:,} bytes ({name})" for name, grown in measured.items())
    return [f"memory that {MEMORY_STEPS:,} steps of pellucid keep, as tracemalloc counts it: {kept}"]


def listing(versions: dict[str, str]) -> str:
    return ", ".join(f"{package} {version}" for package, version in versions.items())


def products(blas: dict) -> str:
    kernel = f", kernel {blas['kernel']}" if blas["kernel"] else ""
    return f"{blas['library']}{kernel}, {blas['threads']} thread{'s' if blas['threads'] > 1 else ''}"


PAGE = """\
# Benchmarks

One whole training step: forward, loss, backward and Adam, float32, on one batch that is already in memory.
A ratio of 2 means that the other package takes twice as long. The step of pellucid also counts the hits and
looks for NaN and infinity.

{table}

{notes}

Make this page again with `python -m benchmarks.steps --json FILE`, then `python -m benchmarks.steps --markdown FILE`.
Each contender lives in a process of its own, with the environment that its users would have, and takes its turn one
repetition at a time. Where the smallest and the largest time lie far apart, other programs wanted the processor too:
packages that compute on all cores suffer from that most, and their ratios say little then.
"""
