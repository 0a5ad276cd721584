"""The program as a process of its own, and how it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pellucid

ROOT = Path(pellucid.__file__).parent.parent
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as for tests started with `&`; what they start would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Ended(NamedTuple):
    """Exit status, standard output and standard error of a command."""

    status: int
    out: str
    err: str


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
    assert "Traceback" not in ended.err
    last = ended.err.splitlines()[-1]
    assert last.startswith("pellucid: ")
    return last.removeprefix("pellucid: ")
