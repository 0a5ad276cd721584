import json
import re
import sys

import pytest

from pellucid.cli.train import summary
from tests.cli.program import one_line, start

pytestmark = pytest.mark.usefixtures("no_figures")


def test_train_and_summary(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = run("train", "digits", "--epochs", "2", "--hidden", "16", "--out", "my run")
    assert ended.status == 0
    assert "recipe: digits" in ended.err
    assert "labels: " in ended.err
    assert "epoch 2/2 · loss " in ended.err
    rows = dict(line.split("  ", 1) for line in ended.out.splitlines())
    assert rows["test accuracy"].strip().endswith(", 270 pictures)")
    assert "always answering" in rows["most common class"]
    model = tmp_path / "my run" / "model.safetensors"
    assert rows["next"].strip() == f'pellucid predict "{model.relative_to(tmp_path)}" PICTURE'
    assert model.exists()


def test_json_is_all_there_is_on_stdout(run, tmp_path):
    words = [
        "--epochs",
        "1",
        "--hidden",
        "8",
        "--folds",
        "2",
        "--out",
        tmp_path / "run",
        "--set",
        "loss.l2=1e-4",
        "--json",
    ]
    ended = run("train", "digits", *words)
    printed = json.loads(ended.out)
    assert {"accuracy", "interval", "n_test", "loss", "seconds", "model", "report", "folds"} <= set(printed)
    assert ended.status == 0
    assert "epoch 1/1" in ended.err
    config = (tmp_path / "run" / "config.toml").read_text(encoding="utf-8")
    assert "l2 = 0.0001" in config
    assert "folds = 2" in config


def test_a_learning_curve_is_announced_measured_and_told(run, tmp_path):
    words = ["digits", "--epochs", "1", "--hidden", "8", "--learning-curve", "--out", tmp_path / "run"]
    ended = run("train", *words, "--json")
    curve = json.loads(ended.out)["learning_curve"]
    assert [each["pictures"] for each in curve["trainings"]][-1] == 1257 and len(curve["trainings"]) == 5
    assert "takes about as long again" in ended.err and ended.err.index("as long again") < ended.err.index("epoch 1/1")
    told = run("train", *words[:-1], tmp_path / "other").out
    assert "more pictures" in told


def test_quiet_writes_no_word_to_stderr(run, tmp_path):
    assert run("train", "digits", "--epochs", "1", "--hidden", "8", "--out", tmp_path / "run", "-q").err == ""


def test_summary_tells_the_folds(tmp_path):
    import pellucid

    told = summary(pellucid.train("digits", out=tmp_path / "run", epochs=1, hidden=[8], folds=2, final=True))
    assert told.startswith("cross-validated accuracy  ")
    assert re.search(r"\n2 folds +\d\d\.\d % \(95 % interval .* %, 1,797 pictures\), deviation \d+\.\d\n", told)


BAD = {
    "no source": ([], "no source given"),
    "no such folder": (["nowhere"], "nowhere"),
    "empty folder": (["empty"], "empty"),
    "only one class": (["one"], "one class"),
    "not a number": (["digits", "--epochs", "x"], 'training.epochs is "x"; expected a whole number of at least 1, or "auto"'),
    "no epochs": (["digits", "--epochs", "0"], 'training.epochs is 0; expected a whole number of at least 1, or "auto"'),
    "unknown setting": (["digits", "--set", "training.epoch=3"], "did you mean training.epochs?"),
    "set twice": (["digits", "--epochs", "3", "--set", "training.epochs=3"], "training.epochs is set twice"),
    "no such recipe": (["digits", "--recipe", "digit"], "no recipe digit; did you mean digits?"),
    "broken recipe": (["digits", "--recipe", "broken.toml"], "recipe broken.toml: unknown key epochs"),
    "folder in use": (["digits", "--out", "full", "--epochs", "1"], "full is not empty"),
    "file as folder": (["digits", "--out", "broken.toml", "--epochs", "1"], "broken.toml"),
    "nothing to resume": (["--resume", "full"], "full"),
    "no validation for a threshold": (
        ["digits", "--abstain-at-risk", "0.02", "--validation", "0"],
        "hold some back with --validation 0.15",
    ),
    "risk of everything": (["digits", "--abstain-at-risk", "1"], "answers.abstain_at_risk is 1; expected a number from 0"),
    "nothing to train on": (["digits", "--test", "0.9", "--validation", "0.2"], "their sum must be below 1"),
}


@pytest.mark.parametrize(("words", "part"), BAD.values(), ids=BAD)
def test_bad_input_is_one_line_and_nothing_is_written(run, tmp_path, monkeypatch, words, part):
    from PIL import Image

    monkeypatch.chdir(tmp_path)
    for folder in ("empty", "one/cat", "full"):
        (tmp_path / folder).mkdir(parents=True)
    for number in range(3):
        Image.new("L", (8, 8)).save(tmp_path / "one" / "cat" / f"{number}.png")
    (tmp_path / "full" / "letter.txt").write_text("mine")
    (tmp_path / "broken.toml").write_text("epochs = 3")
    before = sorted(tmp_path.rglob("*"))
    assert part in one_line(run("train", *words))
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is of POSIX")
def test_full_disk(tmp_path):
    import resource

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    process = start("train", "digits", "--epochs", "1", "--out", tmp_path / "run", "-q", preexec_fn=small_disk)
    out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert err.startswith("pellucid: cannot write ")
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "run" / "model.safetensors").exists()
