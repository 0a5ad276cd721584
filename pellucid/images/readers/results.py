"""Folders that pellucid left among the pictures: trained runs, searches, reproductions, explanations."""

from collections.abc import Collection
from pathlib import Path

_SEARCH = {"study.journal", "trials.json"}


def left_by_pellucid(folder: Path, names: Collection[str]) -> str:
    """What a folder with files of these names is, in words: "a trained run"; "" where it is nothing that pellucid left."""
    names = set(names)
    if "config.toml" in names and names & {"model.safetensors", "checkpoint.safetensors"}:
        return "a trained run"
    if "explanation.html" in names:
        return "an explanation"
    if names & _SEARCH and names & {"best.toml", "study.journal"}:
        return "a search for settings"
    if "results.jsonl" in names and _begins(folder / "results.jsonl", b'{"reproduces"'):
        return "a reproduction"
    return ""


def _begins(path: Path, text: bytes) -> bool:
    try:
        with open(path, "rb") as stream:
            return stream.read(len(text)) == text
    except OSError:
        return False
