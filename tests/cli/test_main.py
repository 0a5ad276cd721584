"""Every way a command can end, and what the shell sees of it."""

import errno
import sys

import pytest

from pellucid.errors import DataError, Interrupted
from tests.cli.program import one_line, start


@pytest.fixture
def failing(run, monkeypatch):
    """`failing(error)` runs a command whose job raises it."""

    def call(error):
        def job():
            raise error

        monkeypatch.setattr("pellucid.recipes.shipped", job)
        return run("recipes")

    return call


def test_a_mistake_of_the_user(failing):
    assert one_line(failing(DataError("no such folder"))) == "no such folder"


def test_control_characters_of_a_name_stay_in_the_line(failing):
    assert one_line(failing(DataError("no folder a\nb\x1b[31m"))) == r"no folder a\nb\x1b[31m"


def test_a_name_that_is_no_text(failing):
    assert one_line(failing(DataError("no folder caf\udce9"))) == r"no folder caf\udce9"


def test_full_disk(failing):
    error = OSError(errno.ENOSPC, "No space left on device", "run/model")
    assert one_line(failing(error)) == "run/model: No space left on device"


def test_error_of_the_system_without_a_file(failing):
    assert one_line(failing(OSError("odd"))) == "odd"


def test_out_of_memory(failing):
    assert one_line(failing(MemoryError())).startswith("out of memory; try")


def test_stopped_before_anything_was_learned(failing):
    assert one_line(failing(Interrupted("nothing was kept")), status=130) == "nothing was kept"


def test_ctrl_c(failing):
    assert failing(KeyboardInterrupt()) == (130, "", "")


def test_a_bug_shows_where_it_is(monkeypatch):
    from pellucid.cli import main

    def job():
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("pellucid.recipes.shipped", job)
    with pytest.raises(ZeroDivisionError):
        main(["recipes"])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes that close like this")
def test_reader_that_leaves_early():
    with start("recipes") as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is a device of Linux")
def test_output_that_has_no_room():
    code = "import sys; sys.stdout = open('/dev/full', 'w'); from pellucid.cli import main; main(['recipes'])"
    process = start(python=("-c", code))
    _, err = process.communicate()
    assert (process.returncode, err) == (2, "pellucid: No space left on device\n")
