"""pellucid tune, as a process: killed, stopped, and told nonsense."""

import json
import signal
import sys

import pytest

from tests.cli.program import one_line, start

pytest.importorskip("optuna")

SPACE = """
[network]
hidden = [8]

[training]
epochs = 2
batch_size = 256

[tune]
optimizer.learning_rate = {low = 1e-4, high = 1e-1, log = true}
"""


@pytest.fixture(autouse=True)
def small(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(SPACE)


def tune(*words):
    return start("tune", "digits", "--recipe", "small.toml", "--out", "out", *words)


def test_what_it_prints(run, tmp_path):
    ended = run("tune", "digits", "--recipe", "small.toml", "--trials", "3", "--out", "out")
    assert ended.status == 0
    rows = dict(line.split("  ", 1) for line in ended.out.splitlines())
    assert rows["best trial"].strip().endswith(" of 3")
    assert rows["next"].strip() == f"pellucid train --recipe {(tmp_path / 'out' / 'best.toml').relative_to(tmp_path)}"
    assert "the best so far" in ended.err
    printed = json.loads(run("tune", "digits", "--recipe", "small.toml", "--trials", "3", "--out", "out", "--json").out)
    assert printed["complete"] + printed["pruned"] == 3
    assert run("train", "digits", "--recipe", "out/best.toml", "--out", "run").status == 0


def wait_for(process, text):
    for line in process.stderr:
        if text in line:
            return
    raise AssertionError(f"the process ended without saying {text}")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX does")
def test_killed_it_loses_no_finished_trial(run, tmp_path):
    process = tune("--trials", "100000")
    wait_for(process, "trial 1: ")
    process.kill()
    process.communicate()
    assert {path.name.partition(".lock")[0] for path in (tmp_path / "out").iterdir()} == {"study.journal"}
    words = ["--recipe", "small.toml", "--trials", "4", "--out", "out", "--json"]
    printed = json.loads(run("tune", "digits", *words).out)
    finished = [trial for trial in printed["trials"] if trial["state"] in ("complete", "pruned")]
    assert finished[0]["number"] == 0 and len(finished[0]["curve"]) == 2
    assert len(finished) >= 4


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX does")
@pytest.mark.parametrize("jobs", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_ctrl_c_ends_tidily(jobs, tmp_path):
    process = tune("--trials", "100000", "--jobs", jobs, "--json")
    wait_for(process, "the best so far")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 0 and "Traceback" not in err
    assert "stopped; writing the report" in err
    printed = json.loads(out)
    assert printed["stopped"] and printed["complete"] >= 1
    assert (tmp_path / "out" / "report.html").exists() and (tmp_path / "out" / "best.toml").exists()


BAD = {
    "unknown key": ("tune.optimizer.rate = {low = 1, high = 2}", "small.toml: tune.optimizer.rate: a search changes keys of"),
    "wrong type": ('tune.optimizer.learning_rate = {low = "a", high = 2}', "tune.optimizer.learning_rate is {"),
    "upside down": ("tune.optimizer.learning_rate = {low = 2, high = 1}", "low must not be above high"),
    "does not fit": ("tune.network.width = {choices = [4]}", "tune.network.width: network.width does not describe the preset mlp"),
}


@pytest.mark.parametrize(("text", "part"), BAD.values(), ids=BAD)
def test_a_bad_space_is_one_line_and_nothing_is_written(run, tmp_path, text, part):
    (tmp_path / "small.toml").write_text(text)
    assert part in one_line(run("tune", "digits", "--recipe", "small.toml", "--out", "out", "-q"))
    assert not (tmp_path / "out").exists()


def test_without_optuna(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert one_line(run("tune", "digits")) == "a search needs Optuna, which is missing: pip install 'pellucid[tune]'"
