"""`results.jsonl`: a line for each finished run of a reproduction, written at once and read when it goes on."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from pellucid.errors import OutputError
from pellucid.files import atomic_write
from pellucid.runs.reproduction.plan import Plan
from pellucid.systems import Results, Trained, Variant

NAME = "results.jsonl"


class Log:
    """The finished runs below a folder. The first line says which system, and whether quickly."""

    def __init__(self, folder: Path, head: dict[str, Any], entries: list[dict[str, Any]]):
        self.folder, self._head, self._entries = folder, head, entries

    @classmethod
    def open(cls, folder: Path, system: str, quick: bool) -> "Log":
        """The log of a folder; nothing is written yet. OutputError for a folder that holds something else."""
        path, head = folder / NAME, {"reproduces": system, "quick": quick}
        if not path.is_file():
            _check_free(folder)
            return cls(folder, head, [])
        first, *entries = _lines(path)
        if first != head:
            raise OutputError(f"{folder} holds another reproduction ({_in_words(first)}); choose another folder with --out")
        return cls(folder, head, entries)

    def begin(self) -> None:
        """Write the first line, where there is none: from now on the folder is known as that of this reproduction."""
        path = self.folder / NAME
        if not path.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            atomic_write(path, json.dumps(self._head) + "\n")

    def has(self, plan: Plan, variant: Variant, seed: int) -> bool:
        """Whether the run is finished: with the recipe, data and donor of today."""
        return self._entry(plan, variant, seed) is not None

    def add(self, plan: Plan, variant: Variant, seed: int, facts: dict[str, Any]) -> Trained:
        """Note a finished run, and wait until the line is on the disk."""
        entry = {"variant": variant.name, "seed": seed, "folder": f"{variant.name}/seed-{seed}"}
        entry |= facts | {"digest": self._digest(plan, variant, seed)}
        path = self.folder / NAME
        broken = not path.read_bytes().endswith(b"\n")  # the last line was cut off when the machine went down
        try:
            with path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(("\n" if broken else "") + json.dumps(entry) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"cannot write {path}: {error.strerror}; free some space and run the same command again") from error
        self._entries.append(entry)
        return Trained.read(entry, self.folder)

    def results(self, plan: Plan) -> Results:
        """What is finished of a plan."""
        entries = [self._entry(plan, variant, seed) for variant, seed in plan.runs()]
        return Results([Trained.read(entry, self.folder) for entry in entries if entry])

    def donor(self, plan: Plan, variant: Variant) -> Path | None:
        """The model that a variant starts from."""
        if not variant.donor:
            return None
        if plan.start_from:
            return Path(plan.start_from)
        return self.folder / variant.donor / "seed-0" / "model.safetensors"

    def _entry(self, plan: Plan, variant: Variant, seed: int) -> dict[str, Any] | None:
        """The latest line of a run, if it is of the recipe, data and donor of today."""
        wanted = {"variant": variant.name, "seed": seed, "digest": self._digest(plan, variant, seed)}
        ours = [entry for entry in self._entries if wanted.items() <= entry.items()]
        return ours[-1] if ours else None

    def _digest(self, plan: Plan, variant: Variant, seed: int) -> str:
        """Of all that decides what a run gives."""
        recipe = plan.recipe(variant).override(plan.settings(variant, seed)).to_toml()
        donor = plan.start_from
        if variant.donor and not donor:
            donor = self._digest(plan, plan.system.variant(variant.donor), 0)
        parts = [recipe, plan.source_of(variant), donor if variant.donor else "", str(plan.most)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _check_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} is not empty and holds no reproduction; choose another folder with --out")


def _lines(path: Path) -> list[dict[str, Any]]:
    """The lines that are whole; the head, if it is not, as {}."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found or [{}]


def _in_words(head: dict[str, Any]) -> str:
    return f"{head.get('reproduces', 'nothing readable')}{', --quick' if head.get('quick') else ''}"
