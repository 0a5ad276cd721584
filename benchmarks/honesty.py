"""Is every planted fault named, and is there no false alarm?

    python -m benchmarks.honesty            writes docs/honesty.md; exit status 1 where a fault is missed or a run alarmed
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.novelty_table import section
from benchmarks.planted import FAULTS, HEALTHY

PAGE = Path(__file__).parent.parent / "docs" / "honesty.md"
HEAD = """# Honesty

Faults planted on purpose, and what pellucid says of them; healthy runs, of which it says nothing. Made by
`python -m benchmarks.honesty` from the lists in `benchmarks/planted`; the test suite holds every row.
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        named = [fault.named(_made(Path(folder, f"fault-{number}"))) for number, fault in enumerate(FAULTS)]
        alarms = [run.run(_made(Path(folder, f"healthy-{number}"))) for number, run in enumerate(HEALTHY)]
    PAGE.write_text(page(named, alarms).replace(folder, "…"), encoding="utf-8")
    if None in named or any(alarms):
        sys.exit(1)


def page(named: Sequence[str | None], alarms: Sequence[Sequence[str]]) -> str:
    """The page for the sentence that named each fault (None: missed), and the alarms of each healthy run."""
    found, silent = sum(sentence is not None for sentence in named), sum(not each for each in alarms)
    parts = [HEAD, f"## {found} of {len(FAULTS)} planted faults are named\n"]
    parts += ["| area | planted | pellucid says |", "| --- | --- | --- |"]
    parts += [_row(fault.area, fault.name, sentence or "**missed**") for fault, sentence in zip(FAULTS, named)]
    parts += ["", f"## {silent} of {len(HEALTHY)} healthy runs get no alarm\n", "| run | pellucid says |", "| --- | --- |"]
    parts += [_row(run.name, " ".join(each) or "nothing") for run, each in zip(HEALTHY, alarms)]
    return "\n".join([*parts, "", section()]).rstrip() + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
