"""Ctrl-C, pressed for real."""

import json
import signal
import sys
import threading

import pytest

from pellucid.cli.interrupt import MESSAGE, stoppable
from tests.cli.program import start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX does")


def train(folder):
    return start("train", "digits", "--epochs", "100000", "--hidden", "16", "--out", folder, "--json")


def wait_for(process, text):
    """Read the messages of the process up to a line that begins with `text`."""
    for line in process.stderr:
        if line.startswith(text):
            return
    raise AssertionError(f"the process ended without saying {text}")


def test_the_first_keeps_the_best_model(tmp_path):
    process = train(tmp_path / "run")
    wait_for(process, "epoch 1/")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert MESSAGE in err
    assert "Traceback" not in err
    assert process.returncode == 0
    printed = json.loads(out)
    assert printed["model"] == str(tmp_path / "run" / "model.safetensors")
    assert 1 <= printed["epochs"] < 100000
    assert {"model.safetensors", "report.html", "scores.json"} <= {path.name for path in (tmp_path / "run").iterdir()}


def test_the_second_ends_at_once(tmp_path):
    process = train(tmp_path / "run")
    wait_for(process, "epoch 1/")
    process.send_signal(signal.SIGINT)
    wait_for(process, MESSAGE)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_before_training_it_ends_at_once():
    with pytest.raises(KeyboardInterrupt), stoppable(print):
        signal.raise_signal(signal.SIGINT)


def test_what_a_press_means():
    said = []
    before = signal.getsignal(signal.SIGINT)
    with stoppable(said.append) as stop:
        assert not stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()
        assert said == [MESSAGE]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == before


def test_press_in_the_middle_of_a_line():
    def busy(text):
        raise RuntimeError("reentrant call inside <_io.BufferedWriter>")

    with stoppable(busy) as stop:
        stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()


def test_other_threads_are_not_stopped():
    answers = []

    def job():
        with stoppable(print) as stop:
            answers.append(stop())

    thread = threading.Thread(target=job)
    thread.start()
    thread.join()
    assert answers == [False]
