"""The wheel, installed into empty environments outside the clone, does what the clone does."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

ROOT = Path(__file__).parent.parent
FIRST_TEN = load_digits().images[:10]  # one of each digit, 0 to 9, counts 0..16

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command that knows nothing of the clone; its standard output."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def environment(folder: Path, *requirements: str | Path) -> Path:
    """An empty virtual environment in `folder` with the requirements installed; its Python."""
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements, cwd=folder.parent)
    return python


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel that comes of the source distribution, built from a copy so that the clone stays clean."""
    copy = tmp_path_factory.mktemp("source")
    shutil.copytree(ROOT / "pellucid", copy / "pellucid", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    run(sys.executable, "-m", "build", "--outdir", copy / "dist", copy, cwd=copy)
    return next((copy / "dist").glob("*.whl"))


@pytest.fixture
def pictures(tmp_path) -> list[Path]:
    """The first ten digits as PNG files, black to white."""
    paths = [tmp_path / f"digit-{number}.png" for number in range(10)]
    for picture, path in zip(FIRST_TEN, paths):
        Image.fromarray(np.round(picture * 255 / 16).astype(np.uint8)).save(path)
    return paths


def assert_trains_reports_and_predicts(python: Path, pictures: list[Path], folder: Path) -> None:
    found = run(python, "-c", "import pellucid; print(pellucid.__file__)", cwd=folder).strip()
    assert Path(found).is_relative_to(python.parent.parent)

    result = json.loads(run(python, "-m", "pellucid", "train", "digits", "--epochs", "8", "--json", cwd=folder))
    assert result["accuracy"] > 0.9
    assert {"accuracy", "interval", "n_test", "loss", "seconds", "model", "report"} <= set(result)
    assert "<html" in (folder / result["report"]).read_text(encoding="utf-8")

    pellucid = python.parent / "pellucid"
    rows = json.loads(run(pellucid, "predict", result["model"], *pictures, "--json", cwd=folder))["predictions"]
    right = sum(row["label"] == str(number) for number, row in enumerate(rows))
    assert len(rows) == 10 and right >= 9


def test_installed_wheel_trains_reports_and_predicts(wheel, pictures, tmp_path):
    python = environment(tmp_path / "environment", "-c", ROOT / "constraints.txt", wheel)
    assert_trains_reports_and_predicts(python, pictures, tmp_path)


def test_lowest_versions_train_report_and_predict(wheel, pictures, tmp_path):
    python = environment(tmp_path / "environment", "-c", ROOT / "constraints-lowest.txt", wheel)
    assert_trains_reports_and_predicts(python, pictures, tmp_path)


PREDICT = """
import json, sys
import numpy as np
import pellucid

classifier = pellucid.load(sys.argv[1])
from_files = classifier.predict(sys.argv[3:])
from_counts = classifier.predict(np.load(sys.argv[2]))
assert "scipy" not in sys.modules
print(json.dumps([list(from_files), list(from_counts)]))
"""


def test_prediction_needs_numpy_pillow_and_safetensors_alone(wheel, pictures, tmp_path):
    import pellucid

    model = pellucid.train("digits", out=tmp_path / "run", epochs=8).model
    np.save(tmp_path / "counts.npy", FIRST_TEN)

    few = tmp_path / "environment"
    python = environment(few, "-c", ROOT / "constraints.txt", "numpy", "pillow", "safetensors")
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", wheel, cwd=tmp_path)
    installed = json.loads(run(python, "-m", "pip", "list", "--format", "json", cwd=tmp_path))
    names = {package["name"] for package in installed}
    assert names <= {"pellucid", "numpy", "pillow", "safetensors", "pip", "setuptools"}

    arguments = (model, tmp_path / "counts.npy", *pictures)
    from_files, from_counts = json.loads(run(python, "-c", PREDICT, *arguments, cwd=tmp_path))
    assert from_files == from_counts
    assert sum(label == str(number) for number, label in enumerate(from_files)) >= 9
