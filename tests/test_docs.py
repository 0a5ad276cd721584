"""What the documents say is true: Python blocks run, commands and options exist, links lead somewhere."""

import importlib.util
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pellucid.runs import speed

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ELSEWHERE = {"cd", "git", "pip", "python3", "source"}


def name(document: Path) -> str:
    return str(document.relative_to(ROOT))


def blocks(document: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def commands(document: Path) -> list[list[str]]:
    """The commands of the console blocks: lines that begin with `$`, without their comments."""
    lines = [line for block in blocks(document, "console") for line in block.splitlines()]
    return [shlex.split(line[2:], comments=True) for line in lines if line.startswith("$ ")]


@pytest.fixture(scope="module")
def command_tree():
    from pellucid.cli.app import app

    return typer.main.get_command(app)


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if commands(path)], ids=name)
def test_commands_exist(document, command_tree):
    for program, *words in commands(document):
        if program == "make":
            assert set(words) <= targets(), words
        elif program == "pellucid" or words[:2] == ["-m", "pellucid"]:
            assert_options_exist(command_tree, words if program == "pellucid" else words[2:])
        elif program == "python":
            assert importlib.util.find_spec(words[1]) if words[0] == "-m" else (ROOT / words[0]).is_file(), words
        else:
            assert program in ELSEWHERE, program


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def assert_options_exist(command_tree, words: list[str]) -> None:
    known = command_tree if words[0].startswith("-") else command_tree.commands[words[0]]
    options = {"--help"}
    for parameter in known.params:
        options |= {*parameter.opts, *parameter.secondary_opts}
    given = [word.partition("=")[0] for word in words if word.startswith("-")]
    assert set(given) <= options, (words, set(given) - options)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_reference_is_made_of_the_program():
    """Make it again with `make docs`."""
    specification = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    reference = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(reference)
    assert reference.commands() == (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert reference.recipes() == (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")


SOMETIMES = {"seen_in_training", "learning_curve"}  # only where there are copies, and where they are asked for


def test_keys_of_json_are_documented(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")  # the keys are the same over both sets; nothing to compile
    monkeypatch.setattr(speed, "TASKS", speed.TASKS[:1])
    train = printed("train", "digits", "--out", "run", "--epochs", "1", "--folds", "2", "--set", "data.pictures=300")
    shutil.copytree("run", "again")
    documented = {
        "train": train,
        "evaluate": printed("evaluate", "run/model.safetensors", "digits"),
        "predict": printed("predict", "run/model.safetensors", "run/figures/samples.png"),
        "preview": printed("preview", "digits", "--set", "augment.shift=0.1"),
        "explain": printed("explain", "run/model.safetensors", "digits[17]"),
        "check": printed("check", "digits", "--out", "check.html"),
        "tune": printed("tune", "digits", "--hidden", "8", "--epochs", "1", "--trials", "1", "--out", "search"),
        "compare": printed("compare", "run", "again", "--out", "comparison.html"),
        "recipes": printed("recipes"),
        "find-lr": printed("find-lr", "digits"),
        "bench": printed("bench", "--quick"),
        "reproduce": printed("reproduce", "digits", "--quick", "--variants", "faithful"),
    }
    for command, keys in documented.items():
        assert keys_in_table(command) - SOMETIMES == keys - SOMETIMES, command


def printed(*arguments: str) -> set[str]:
    """The keys of the object that a command prints."""
    from pellucid.cli.app import app

    result = CliRunner().invoke(app, [*arguments, "--json"])
    return set(json.loads(result.stdout))


def keys_in_table(command: str) -> set[str]:
    section = (ROOT / "docs" / "json.md").read_text(encoding="utf-8").split(f"\n## {command}\n")[1].split("\n## ")[0]
    first_column = " ".join(re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE))
    return set(re.findall(r"`([^`]+)`", first_column))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # examples are trained briefly
@pytest.mark.parametrize("document", [path for path in DOCUMENTS if blocks(path, "python")], ids=name)
def test_python_blocks_run(document, tmp_path, monkeypatch):
    """The blocks of a document run in order, in one namespace and an empty folder."""
    monkeypatch.chdir(tmp_path)
    namespace = {}
    for block in blocks(document, "python"):
        exec(compile(block, name(document), "exec"), namespace)


def test_the_speeds_of_the_readme_are_the_measured_ones():
    """Its rows are those of docs/benchmarks.md, which `python -m benchmarks.steps --markdown` makes, without the goals."""
    root = Path(__file__).parent.parent
    section = (root / "README.md").read_text(encoding="utf-8").split("## How fast\n")[1].split("\n## ")[0]
    measured = (root / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    rows = [line for line in section.splitlines() if line.startswith("|")]
    assert len(rows) > 4 and set(rows) <= set(re.sub(r" \(goal[^)]*\)|\*\*", "", measured).splitlines())
