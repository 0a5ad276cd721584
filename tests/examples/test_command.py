"""Each script as a command: from files to plots."""

import gzip
import pickle
import struct

import numpy as np
import pytest
from PIL import Image

PLOTS = {
    "cats": {"cats_cost.png", "cats_predictions.png"},
    "rabbits": {"rabbits_loss.png"},
    "mnist": {"mnist_loss.png"},
    "cifar3": {"cifar3_loss.png"},
    "digits": {"digits_loss.png", "digits_predictions.png"},
}
FOLDERS = {"cats": "catnoncat_dataset", "rabbits": "rabbits-cats", "mnist": "mnist", "cifar3": "cifar-10-batches-py"}


def cats(folder, rng):
    for part in ("train", "test"):
        (folder / part).mkdir(parents=True)
        for number, name in enumerate(["cat", "noncat"] * 5):
            Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8)).save(folder / part / f"{name}{number}.png")


def rabbits(folder, rng):
    for name in ("rabbit", "cat"):
        (folder / "train" / name).mkdir(parents=True)
        for number in range(10):
            Image.fromarray(rng.integers(0, 256, (100, 80, 3), np.uint8)).save(folder / "train" / name / f"{number}.png")


def mnist(folder, rng):
    folder.mkdir()
    for part, count in (("train", 120), ("t10k", 30)):
        pixels = struct.pack(">BBBBIII", 0, 0, 8, 3, count, 28, 28) + rng.bytes(count * 28 * 28)
        labels = struct.pack(">BBBBI", 0, 0, 8, 1, count) + bytes((np.arange(count) % 10).tolist())
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(pixels))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))


def cifar3(folder, rng):
    folder.mkdir()
    for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
        batch = {b"data": rng.integers(0, 256, (40, 3072), np.uint8), b"labels": [k % 10 for k in range(40)]}
        (folder / name).write_bytes(pickle.dumps(batch, protocol=3))


MADE = {"cats": cats, "rabbits": rabbits, "mnist": mnist, "cifar3": cifar3}


def run(module, monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["script", *map(str, words)])
    module.main()


@pytest.mark.parametrize("system", MADE)
def test_from_files_to_plots(system, script, tmp_path, monkeypatch):
    MADE[system](tmp_path / "data", np.random.default_rng(0))
    run(script(system), monkeypatch, "--data", tmp_path / "data", "--epochs", 2, "--out", tmp_path / "plots")
    assert {path.name for path in (tmp_path / "plots").glob("*.png")} == PLOTS[system]


def test_digits_reach_what_they_claim(script, tmp_path, monkeypatch, capsys):
    run(script("digits"), monkeypatch, "--epochs", 20, "--out", tmp_path)
    assert {path.name for path in tmp_path.glob("*.png")} == PLOTS["digits"]
    accuracy = float(capsys.readouterr().out.split("test accuracy: ")[1].split("%")[0])
    assert accuracy > 90


@pytest.mark.parametrize("system", MADE)
def test_missing_files_are_one_line(system, script, tmp_path, monkeypatch, capsys):
    with pytest.raises(SystemExit) as ended:
        run(script(system), monkeypatch, "--data", tmp_path / "nothing", "--out", tmp_path / "plots")
    assert ended.value.code == 2
    assert "--data" in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "plots").exists()


def test_cifar3_runs_nothing_that_a_pickle_asks_for(script, tmp_path):
    (tmp_path / "test_batch").write_bytes(b"cos\nsystem\n(S'echo'\ntR.")
    with pytest.raises(pickle.UnpicklingError, match=r"os\.system"):
        script("cifar3").read_pictures(tmp_path, ["test_batch"])


def test_rabbits_find_twins_also_of_twins(script):
    rng = np.random.default_rng(0)
    pixels = rng.random((9, 9)).repeat(10, axis=0).repeat(10, axis=1).reshape(8100, 1)
    others = rng.random((9, 9, 3)).repeat(10, axis=0).repeat(10, axis=1).reshape(8100, 3)
    group = script("rabbits").twins(np.hstack([pixels, others, 0.9 * pixels + 0.05]))
    assert group.tolist() == [0, 1, 2, 3, 0]


REAL = [pytest.param("cats"), *(pytest.param(system, marks=pytest.mark.slow) for system in ("rabbits", "mnist", "cifar3"))]


@pytest.mark.parametrize("system", REAL)
def test_real_files(system, script, real_data, tmp_path, monkeypatch):
    run(script(system), monkeypatch, "--data", real_data / FOLDERS[system], "--epochs", 1, "--out", tmp_path)
    assert {path.name for path in tmp_path.glob("*.png")} == PLOTS[system]
