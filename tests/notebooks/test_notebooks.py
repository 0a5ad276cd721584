"""The notebooks run from top to bottom on small settings, and lie in the repository without outputs."""

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from sklearn.datasets import load_digits

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
SYSTEMS = ("cats", "cifar3", "digits", "mnist", "rabbits")
BY_NOTEBOOK = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_is_one_for_each_system():
    assert tuple(path.stem for path in NOTEBOOKS) == SYSTEMS


@BY_NOTEBOOK
def test_is_clean(path):
    """No outputs, no counts, one cell of parameters, no path or kernel of somebody's machine."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None
        assert set(cell.metadata) <= {"tags"}
    assert len(parameter_cells(notebook)) == 1
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert not any(place in text for place in ("/home/", "/Users/", "/tmp", "/work", "C:\\\\"))
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"  # as JupyterLab writes it


@BY_NOTEBOOK
def test_tells_a_story(path):
    """A title, what to see, exercises at the end."""
    cells = nbformat.read(path, as_version=4).cells
    told = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert cells[0].source.startswith("# ")
    assert told.count("**What to see.**") >= 3
    assert cells[-1].source.startswith("## Exercises")


def parameter_cells(notebook) -> list[int]:
    return [place for place, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])]


def execute(name: str, folder: Path, **parameters):
    """Run a notebook in `folder` with other parameters; what its cells have printed."""
    notebook = nbformat.read(next(path for path in NOTEBOOKS if path.stem == name), as_version=4)
    [place] = parameter_cells(notebook)
    known = {}
    exec(notebook.cells[place].source, known)
    assert set(parameters) <= set(known), "no such parameter"
    given = "\n".join(f"{key} = {value!r}" for key, value in parameters.items())
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(given))
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    return "".join(output.text for output in outputs if output.output_type == "stream"), outputs


def pictures_in(outputs) -> int:
    return sum("image/png" in output.get("data", {}) for output in outputs)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))


def test_digits(tmp_path):
    printed, outputs = execute("digits", tmp_path, EPOCHS=2, SPLITS=2)
    assert "equal to picture 0 of the data set: True" in printed
    assert pictures_in(outputs) == 6


def written(path, x, labels, names, tests):
    """An .npz with the last `tests` pictures as its test part."""
    y = np.array(names)[labels]
    np.savez(path, x_train=x[:-tests], y_train=y[:-tests], x_test=x[-tests:], y_test=y[-tests:])
    return str(path)


def some_pictures(classes, count, shape, rng):
    """Pictures of a pattern for each class, with much noise; labels."""
    labels = np.arange(count) % classes
    patterns = rng.integers(0, 256, (classes, *shape))
    return np.clip(patterns[labels] + rng.normal(0, 50, (count, *shape)), 0, 255).astype(np.uint8), labels


@pytest.mark.slow
def test_cats(tmp_path):
    x, labels = some_pictures(2, 60, (64, 64, 3), np.random.default_rng(0))
    source = written(tmp_path / "pets.npz", x, labels, ["noncat", "cat"], 24)
    printed, outputs = execute("cats", tmp_path, SOURCE=source, STEPS=5, TRAP_STEPS=5, SEEDS=2)
    assert "test:" in printed
    assert pictures_in(outputs) == 4


@pytest.mark.slow
def test_rabbits(tmp_path):
    from PIL import Image

    x, labels = some_pictures(2, 40, (90, 90), np.random.default_rng(0))
    x, labels = np.concatenate([x, x[:10]]), np.concatenate([labels, labels[:10]])
    for number, (pixels, label) in enumerate(zip(x, labels)):
        folder = tmp_path / "pets" / ("rabbit", "cat")[label]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    printed, outputs = execute("rabbits", tmp_path, SOURCE="pets", STEPS=5, SEEDS=2)
    assert "50 files, 40 different pictures" in printed
    assert "as published: output biases +0.000000 and +0.000000" in printed
    assert pictures_in(outputs) == 5


@pytest.mark.slow
def test_mnist(tmp_path):
    digits = load_digits()
    x = digits.images.repeat(3, axis=1).repeat(3, axis=2).clip(0, 15) * 17
    x = np.pad(x, ((0, 0), (2, 2), (2, 2))).astype(np.uint8)[:1200]
    source = written(tmp_path / "digits.npz", x, digits.target[:1200], [str(k) for k in range(10)], 200)
    printed, outputs = execute("mnist", tmp_path, SOURCE=source, EPOCHS=1)
    assert "part-two:" in printed
    assert pictures_in(outputs) == 8


@pytest.mark.slow
def test_cifar3(tmp_path):
    names = ["airplane", "automobile", "bird"]
    x, labels = some_pictures(3, 150, (32, 32, 3), np.random.default_rng(0))
    source = written(tmp_path / "things.npz", x, labels, names, 50)
    printed, outputs = execute("cifar3", tmp_path, SOURCE=source, EPOCHS=3, SHUFFLED_EPOCHS=1, SHUFFLED_PICTURES=60)
    assert "convolutional  pixels in another order" in printed
    assert pictures_in(outputs) == 5
