import json

import pytest
import typer
from typer.testing import CliRunner

import pellucid
from pellucid.cli.app import app
from tests.cli.program import start

COMMANDS = {"train", "evaluate", "predict", "preview", "recipes", "find-lr"}
SLOW_TO_LOAD = {"numpy", "PIL", "pydantic", "rich", "scipy", "sklearn", "matplotlib", "jinja2", "tomli_w"}


def test_help_lists_the_commands(run):
    ended = run("--help")
    assert (ended.status, ended.err) == (0, "")
    for command in COMMANDS:
        assert f"\n  {command} " in ended.out


def test_nothing_asked_is_help(run):
    assert run() == run("--help")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_option_of_a_command_is_explained(command):
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    for parameter in typer.main.get_command(app).commands[command].params:
        assert parameter.help


def test_version(run):
    assert run("--version") == (0, f"pellucid {pellucid.__version__}\n", "")


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["train", "--help"]])
def test_help_loads_nothing_heavy(words):
    code = (
        "import sys, atexit; sys.argv = ['pellucid', *sys.argv[1:]];"
        "atexit.register(lambda: print('\\n'.join(sys.modules), file=sys.stderr));"
        "from pellucid.cli import main; main()"
    )
    out, err = start(*words, python=("-c", code)).communicate()
    assert out
    loaded = {name.partition(".")[0] for name in err.split()}
    typers_own = (
        {"pydantic"} if words[0] == "train" else set()
    )  # it checks the options of `pellucid` itself by pydantic
    assert not loaded & SLOW_TO_LOAD - typers_own


def test_python_m_pellucid():
    process = start("recipes", "--json")
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert json.loads(out)["recipes"]
