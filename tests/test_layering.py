"""Imports point one way: a room uses the rooms above it in the list, never one below it."""

import ast
import graphlib
from pathlib import Path

import pytest

import pellucid

PACKAGE = Path(pellucid.__file__).parent

ROOMS = [
    "lazy",
    "errors",
    "words",
    "files",
    "seeding",
    "container",
    "machine",
    "parallel",
    "kernels",
    "nn",
    "optim",
    "images",
    "checks",
    "refusal",
    "training",
    "evaluation",
    "model_file",
    "classifier",
    "explanation",
    "recipes",
    "pytorch",
    "report",
    "systems",
    "runs",
    "estimators",
    "export",
    "serve",
    "cli",
    "__init__",
    "__main__",
]

# Stricter than the order: the mathematics knows nothing of pictures and files, the pictures nothing of gradients.
STRANGERS = {
    "kernels": {"files"},
    "nn": {"files"},
    "optim": {"files"},
    "images": {"nn", "optim"},
    "checks": {"nn", "optim"},
}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The dotted names that the file imports anywhere, also inside functions: pellucid.images.decode.decode."""
    names = set()
    package = ["pellucid", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.partition(".")[0] == "pellucid"}


def imported_rooms(path: Path) -> set[str]:
    parts = {name.split(".")[1] if "." in name else "" for name in imported(path)}
    return {part if part in ROOMS else "__init__" for part in parts - {"__version__"}}  # a constant that may be read anywhere


def imported_files(path: Path) -> set[Path]:
    """The files in which the names that the file imports are looked for first."""
    files = set()
    for name in imported(path):
        inner = PACKAGE.joinpath(*name.split(".")[1:])
        candidates = inner.with_suffix(".py"), inner / "__init__.py", inner.parent.with_suffix(".py"), inner.parent / "__init__.py"
        files |= {next(file for file in candidates if file.exists())}
    return files - {path}


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_up(path):
    here = room(path)
    assert here in ROOMS, f"{here} has no place in the list of rooms"
    allowed = set(ROOMS[: ROOMS.index(here) + 1]) - STRANGERS.get(here, set())
    assert imported_rooms(path) <= allowed


def test_no_import_leads_back():
    """Two files that need each other are one, or lack a third: TopologicalSorter names those of a circle."""
    graphlib.TopologicalSorter({path: imported_files(path) for path in FILES}).prepare()
