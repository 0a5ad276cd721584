"""Runs that are really killed, and then end in the bits of a run that was not."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pellucid
from pellucid.errors import ModelFileError, OutputError

SETTINGS = {
    "recipe": "digits",
    "epochs": 8,
    "hidden": [24],
    "training.checkpoint_seconds": 0.0,
    "network.dropout": 0.2,
    "augment.mixup": 0.2,
    "augment.noise": 0.05,
    "augment.originals": True,
    "optimizer.average": 0.9,
    "schedule.name": "plateau",
    "patience": 6,
}

# The child kills itself at the n-th renaming of a file, just before it or just after: the moments between two states.
CHILD = """
import json, os, signal, sys
settings, out, count, when = json.loads(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
rename, calls = os.replace, 0
def replace(source, target):
    global calls
    calls += str(target).startswith(out)  # the disk cache of compiled kernels renames files, too
    if calls == count and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    rename(source, target)
    if calls == count and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)
os.replace = replace
import pellucid
pellucid.train("digits", out=out, **settings)
"""


def start_child(out: Path, count: int = 0, when: str = "never", settings=SETTINGS) -> subprocess.Popen:
    arguments = [sys.executable, "-c", CHILD, json.dumps(settings), str(out), str(count), when]
    return subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A run from start to end, in this process."""
    return pellucid.train("digits", out=tmp_path_factory.mktemp("undisturbed") / "run", **SETTINGS)


def facts(folder: Path) -> list[dict]:
    """The lines of metrics.jsonl, without what a clock says."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if k not in ("seconds", "pictures_per_second")} for line in lines]


def assert_same_run(folder: Path, undisturbed) -> None:
    assert (folder / "model.safetensors").read_bytes() == undisturbed.model.read_bytes()
    assert facts(folder) == facts(undisturbed.folder)
    for name in ("scores.json", "predictions.csv", "split.csv", "config.toml"):
        assert (folder / name).read_bytes() == (undisturbed.folder / name).read_bytes(), name
    assert sorted(p.name for p in folder.iterdir()) == sorted(p.name for p in undisturbed.folder.iterdir())


# Renamings in order: config 1, split 2, metrics 3, checkpoints 4 to 11, the last one again 12, model 13, scores 14 ...
@pytest.mark.parametrize(
    ("count", "when"), [(3, "before"), (6, "before"), (13, "after")], ids=["no checkpoint", "checkpoint", "model written"]
)
def test_killed_at_a_renaming(tmp_path, undisturbed, count, when):
    child = start_child(tmp_path / "run", count, when)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    pellucid.resume(tmp_path / "run")
    assert_same_run(tmp_path / "run", undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("count", range(2, 22))
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_renaming(tmp_path, undisturbed, count, when):
    child = start_child(tmp_path / "run", count, when)
    child.communicate()
    if child.returncode == -signal.SIGKILL and not ended(tmp_path / "run"):
        pellucid.resume(tmp_path / "run")
    assert_same_run_or_ended(tmp_path / "run", undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(8))
def test_killed_at_a_random_moment(tmp_path, undisturbed, attempt):
    folder, rng = tmp_path / "run", random.Random(attempt)
    child = start_child(folder)
    while child.poll() is None and not (folder / "config.toml").exists():
        time.sleep(0.002)  # waiting for the run to begin, not for a result
    try:
        child.wait(rng.uniform(0, 1.0))
    except subprocess.TimeoutExpired:
        os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    if child.returncode == -signal.SIGKILL and not ended(folder):
        pellucid.resume(folder)
    assert_same_run_or_ended(folder, undisturbed)


def ended(folder: Path) -> bool:
    return (folder / "model.safetensors").exists() and not (folder / "checkpoint.safetensors").exists()


def assert_same_run_or_ended(folder: Path, undisturbed) -> None:
    assert (folder / "model.safetensors").read_bytes() == undisturbed.model.read_bytes()
    assert facts(folder) == facts(undisturbed.folder)


def test_killed_twice_and_stopped_by_the_user_in_between(tmp_path, undisturbed):
    folder = tmp_path / "run"
    start_child(folder, 5, "after").communicate()
    calls = iter(range(10_000))
    stopped_before_a_step = pellucid.resume(folder, stop=lambda: next(calls) > 60)
    assert 0 < len(stopped_before_a_step.epochs) <= 8
    assert stopped_before_a_step.model.exists()


def test_nothing_to_resume(tmp_path, undisturbed):
    with pytest.raises(OutputError, match="holds no run"):
        pellucid.resume(tmp_path)
    with pytest.raises(OutputError, match="has ended; nothing to resume"):
        pellucid.resume(undisturbed.folder)


def test_a_damaged_checkpoint_is_named(tmp_path):
    folder = tmp_path / "run"
    start_child(folder, 6, "before").communicate()
    checkpoint = folder / "checkpoint.safetensors"
    content = bytearray(checkpoint.read_bytes())
    content[-1] ^= 1
    checkpoint.write_bytes(content)
    with pytest.raises(ModelFileError, match="damaged"):
        pellucid.resume(folder)
