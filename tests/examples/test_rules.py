"""What every script promises: at most 150 lines, NumPy and matplotlib, and nothing of pellucid."""

import ast
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))
READING = {"PIL", "sklearn"}  # what pictures cannot be had without


def imported(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module)
    return {name.partition(".")[0] for name in names}


def test_there_is_one_for_each_system():
    names = {path.name for path in SCRIPTS}
    assert names == {f"{system}_from_scratch.py" for system in ("cats", "cifar3", "digits", "mnist", "rabbits")}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_is_short_and_stands_alone(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 150
    assert imported(path) - set(sys.stdlib_module_names) <= {"numpy", "matplotlib", *READING}
