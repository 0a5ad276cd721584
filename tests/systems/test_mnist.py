"""The system mnist: its recipes are what its texts say, its evidence reads what runs leave, and the whole of it runs."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from pellucid.recipes import load_recipe
from pellucid.systems.mnist import MNIST
from pellucid.systems.mnist_sheet import digits
from pellucid.systems.results import Results

NAMES = [variant.name for variant in MNIST.variants if not variant.twin_of]


def recipe(name):
    return load_recipe(f"mnist/{name}")


def changed(first, second):
    """The keys in which two recipes differ, apart from what they are called."""
    ours, theirs = recipe(first).tables(), recipe(second).tables()
    sections = {name for name in {*ours, *theirs} - {"name", "description"} if ours.get(name) != theirs.get(name)}
    return {
        f"{section}.{key}"
        for section in sections
        for key in {*ours.get(section, {}), *theirs.get(section, {})}
        if ours.get(section, {}).get(key) != theirs.get(section, {}).get(key)
    }


def test_part_one_as_published():
    r = recipe("part-one")
    assert (r.network.hidden, r.network.activation, r.network.output_activation) == ((200,) * 7, "sigmoid", "sigmoid")
    assert (r.network.initialiser, r.network.std, r.loss.name) == ("normal", 1.0, "mean_squared_error")
    assert (r.optimizer.name, r.optimizer.learning_rate, r.training.batch_size, r.training.epochs) == ("sgd", 10.0, 1, 10)
    assert r.faults.reversed_gradient and r.faults.updated_weights and r.data.pictures == 1000


def test_each_step_of_part_one_changes_what_it_says():
    assert changed("part-one", "sign-and-order") == {"faults.reversed_gradient", "faults.updated_weights"} | {
        f"faults.{key}" for key in ("wrong_count", "summed_biases")
    }
    assert changed("sign-and-order", "all-pictures") == {"data.pictures"}
    settings = {"network.std", "optimizer.learning_rate", "training.batch_size", "training.epochs"}
    assert changed("all-pictures", "part-one-mended") <= settings


def test_part_two_as_published():
    r = recipe("part-two")
    assert (r.network.hidden, r.optimizer.name, r.optimizer.learning_rate) == ((100,), "adam", 0.01)
    assert (r.training.epochs, r.training.batch_size, r.loss.name) == (30, 50, "softmax_cross_entropy")
    assert r.augment.chosen() == {"flip": 0.7, "noise": 0.2, "originals": True}
    assert r.input.normalisation == "unit" and r.data.validation == 0


def test_the_table_of_part_two_changes_one_thing_at_a_time():
    augmented = {"augment.flip", "augment.noise", "augment.originals"}
    assert changed("ten", "hundred") == changed("ten-augmented", "part-two") == {"network.hidden"}
    assert changed("ten", "ten-augmented") == changed("hundred", "part-two") == augmented
    assert changed("part-two", "no-mirror") == {"augment.flip"}
    assert changed("no-mirror", "schedule") == {"schedule.name"}


def test_digits_are_never_mirrored_where_the_goal_is_high():
    for name in ("schedule", "mlp", "cnn"):
        assert not recipe(name).augment.flip and recipe(name).augment.views in ("none", "shift")


def test_the_sheet_shows_each_digit_with_its_versions(real_data, monkeypatch):
    if not (real_data / "mnist").exists():
        pytest.skip("no MNIST here")
    evidence = digits(Results())
    picture = Image.open(io.BytesIO(evidence.picture))
    assert picture.width > 600 and picture.height > 400 and evidence.shows
    band = np.asarray(picture)[6:62]
    assert 0 < (band < 128).mean() < 1


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory):
    """Every variant of `--quick`, on digits of scikit-learn enlarged to 28 x 28."""
    from sklearn.datasets import load_digits

    from pellucid.runs import reproduce

    x, y = load_digits(return_X_y=True)
    pictures = np.zeros((len(x), 28, 28), np.uint8)
    pictures[:, 2:26, 2:26] = np.kron(x.reshape(-1, 8, 8), np.ones((3, 3))) * (255 / 16)
    folder = tmp_path_factory.mktemp("mnist")
    np.savez(folder / "digits.npz", x_train=pictures[:400], y_train=y[:400], x_test=pictures[400:500], y_test=y[400:500])
    return reproduce("mnist", folder / "digits.npz", folder / "out", quick=True)


@pytest.mark.slow
def test_every_variant_runs_and_every_finding_has_its_evidence(reproduced):
    left_out = set(reproduced.problems)
    assert left_out <= {"pytorch"}  # where PyTorch is not installed
    assert {*reproduced.results} == {*NAMES, "pytorch"} - left_out
    page = (reproduced.folder / "report.html").read_text(encoding="utf-8")
    for finding in MNIST.findings:
        if finding.evidence not in (None, digits) and {*finding.needs} <= {*reproduced.results}:
            evidence = finding.evidence(reproduced.results)
            assert evidence.text and "nan" not in evidence.text, finding.title
    assert "the gradient points uphill" in page
    assert json.loads((reproduced.folder / "report.json").read_text(encoding="utf-8"))
