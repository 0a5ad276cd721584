"""Imports point one way: a room uses the rooms above it in the list, never one below it."""

import ast
from pathlib import Path

import pytest

import pellucid

PACKAGE = Path(pellucid.__file__).parent

ROOMS = [
    "lazy",
    "errors",
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


def imported_rooms(path: Path) -> set[str]:
    """The rooms that the file imports anywhere, also inside functions."""
    rooms = set()
    package = ["pellucid", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            first, _, rest = name.partition(".")
            if first == "pellucid":
                part = rest.partition(".")[0]
                if part != "__version__":  # a constant that may be read anywhere
                    rooms.add(part if part in ROOMS else "__init__")
    return rooms


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_up(path):
    here = room(path)
    assert here in ROOMS, f"{here} has no place in the list of rooms"
    allowed = set(ROOMS[: ROOMS.index(here) + 1]) - STRANGERS.get(here, set())
    assert imported_rooms(path) <= allowed
