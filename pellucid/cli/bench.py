"""pellucid bench."""

from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.arguments import JsonOption, QuietOption
from pellucid.cli.output import say, show, show_json, table
from pellucid.cli.progress import shown

if TYPE_CHECKING:
    from pellucid.runs import Bench
    from pellucid.runs.speed import Speed


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="A few seconds, to see that everything runs.")] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Time the training steps of a few standard networks on this computer.

    GFLOP/s are billions of float32 operations a second. Their peak is measured too, with a product of two large
    matrices. Convolutions count the operations of their plain sum; a method that needs fewer may exceed 100 %.
    """
    from pellucid import runs

    with shown(quiet) as progress:
        found = runs.bench(quick=quick, progress=progress)
    for warning in found.warnings:
        say(f"note: {warning}")
    if json:
        show_json(found.to_json())
    else:
        show(summary(found))


def summary(found: "Bench") -> str:
    """A row a network, then what it was measured on."""
    rows = [("network", "batch", "ms a step", "pictures/s", "GFLOP/s", "of peak"), *map(_row, found.speeds)]
    kernel = f", kernel {found.blas_kernel}" if found.blas_kernel else ""
    facts = [
        ("processor", f"{found.cpu}, {found.cores} cores"),
        ("peak", f"{found.peak_gflops:.0f} GFLOP/s (float32 product of matrices)"),
        ("kernels", f"{found.kernels}, {found.threads} thread{'s' * (found.threads != 1)}"),
        ("BLAS", f"{found.blas}{kernel}"),
    ]
    return table(rows, right=(1, 2, 3, 4, 5)) + "\n\n" + table(facts)


def _row(speed: "Speed") -> tuple[str, ...]:
    return (
        speed.network,
        str(speed.batch),
        f"{1000 * speed.step_seconds:.2f}",
        f"{speed.pictures_per_second:,.0f}",
        f"{speed.gflops:.1f}",
        f"{100 * speed.share_of_peak:.0f} %",
    )
