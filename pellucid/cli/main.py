"""From `sys.argv` to an exit status; whatever a user can cause becomes one line on stderr."""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import typer

from pellucid.cli.app import app
from pellucid.cli.output import say
from pellucid.cli.usage import UsageError, in_one_line
from pellucid.errors import Interrupted, PellucidError

READER_LEFT, USER_CAN_MEND, ENDED_BY_CTRL_C = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `pellucid ARGUMENTS` (by default those of the process) and exit."""
    _write_any_name()
    sys.exit(_status(arguments))


def _status(arguments: Sequence[str] | None) -> int:
    """Run a command; anything but a user's mistake comes through as the exception it is."""
    try:
        status = typer.main.get_command(app).main(arguments, prog_name="pellucid", standalone_mode=False)
        sys.stdout.flush()
        return status or 0
    except UsageError as error:
        return _failed(in_one_line(error))
    except (KeyboardInterrupt, typer.Abort):
        return ENDED_BY_CTRL_C
    except Interrupted as error:
        _failed(str(error))
        return ENDED_BY_CTRL_C
    except PellucidError as error:
        return _failed(str(error))
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        _settle_stdout()
        return READER_LEFT
    except MemoryError:
        return _failed("out of memory; try smaller pictures (--size) or smaller batches (--batch-size)")
    except OSError as error:
        _settle_stdout()
        place = f"{error.filename}: " if error.filename else ""
        return _failed(f"{place}{error.strerror or error}")


def _failed(message: str) -> int:
    with contextlib.suppress(OSError):  # stderr may be closed as well
        say(f"pellucid: {message}")
    return USER_CAN_MEND


def _write_any_name() -> None:
    r"""File names need not be text that the terminal can show: what it cannot is written as \xe9."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _settle_stdout() -> None:
    """Write what stdout still holds, or drop it where that is impossible; else Python complains as it exits."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
