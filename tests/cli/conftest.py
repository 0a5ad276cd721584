"""Running the program: in this process, or as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

import pellucid

ROOT = Path(pellucid.__file__).parent.parent


class Ended(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run(capsys):
    """`run("train", "digits")` is `pellucid train digits`, in this process."""

    def call(*arguments: object) -> Ended:
        from pellucid.cli import main

        with pytest.raises(SystemExit) as end:
            main([str(each) for each in arguments])
        return Ended(end.value.code, *capsys.readouterr())

    return call


def start(*arguments: object, python=("-m", "pellucid"), **options) -> subprocess.Popen:
    """`pellucid ARGUMENTS` as a process, its output in pipes."""
    command = [sys.executable, *python, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, encoding="utf-8", env=environment, **options)


def one_line(ended: Ended, status: int = 2) -> str:
    """What an error that the user can mend looks like, without the name of the program."""
    assert ended.status == status
    assert ended.out == ""
    first, *rest = ended.err.splitlines()[-1:]
    assert not rest
    assert first.startswith("pellucid: ")
    assert "Traceback" not in ended.err
    return first.removeprefix("pellucid: ")


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Path:
    """The folder of a run on the digits."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    pellucid.train("digits", out=folder, epochs=4)
    return folder


@pytest.fixture(scope="session")
def pictures(tmp_path_factory) -> Path:
    """A folder of six digits as PNG files, and one file that only says it is one."""
    from sklearn.datasets import load_digits

    folder = tmp_path_factory.mktemp("pictures")
    for number, digit in enumerate(load_digits().images[:6]):
        Image.fromarray((digit * 255 / 16).astype("uint8")).save(folder / f"digit{number}.png")
    (folder / "text.png").write_text("no picture")
    return folder
