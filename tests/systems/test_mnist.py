"""The system mnist: its recipes are what its texts say, its evidence reads what runs leave, and the whole of it runs."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pellucid.recipes import load_recipe
from pellucid.systems import mnist_evidence as evidence
from pellucid.systems.mnist import MNIST
from pellucid.systems.mnist_sheet import digits
from pellucid.systems.results import Results, Trained
from pellucid.words import plain

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


def run_of(folder, variant, epochs):
    """A finished run of which nothing is left but its epochs."""
    (folder / variant).mkdir()
    (folder / variant / "metrics.jsonl").write_text("".join(json.dumps(epoch) + "\n" for epoch in epochs), encoding="utf-8")
    known = {"seed": 0, "part": "test", "accuracy": 0.1, "n": 10, "loss": 0.5, "train_accuracy": 0.1, "train_loss": 0.5}
    return Trained.read(known | {"variant": variant, "seconds": 1.0, "epochs": 2, "parameters": 9, "folder": variant}, folder)


def epoch(number, loss, accuracy, *faults):
    said = [{"fault": fault, "epoch": when, "what": f"{fault}!", "cure": ""} for fault, when in faults]
    return {"number": number, "loss": loss, "accuracy": accuracy, "findings": said}


def test_the_error_climbs_and_the_doctor_has_said_so(tmp_path):
    wrong = [epoch(0, 0.49, 0.1, ("gradient climbs", None), ("steps on the way", 0)), epoch(1, 0.5, 0.1)]
    results = Results([run_of(tmp_path, "part-one", wrong), run_of(tmp_path, "sign-and-order", [epoch(0, 0.3, 0.1)] * 2)])
    uphill = evidence.uphill(results)
    assert uphill.table.rows[1] == ("2", "0.5000", "0.3000")
    assert "Before the first step the doctor said: “gradient climbs!”" in uphill.text
    assert "After pass 1 the doctor said: “steps on the way!”" in evidence.on_the_way(results).text
    printed = evidence.printed_error(results).text
    assert "0.80, the error of the last picture. Here the mean error over the last pass was 0.50" in printed


def test_what_was_printed_is_the_mean_of_all_passes_so_far(tmp_path):
    results = Results([run_of(tmp_path, "part-two", [epoch(n, 1.0, share) for n, share in enumerate((0.5, 0.8, 0.95))])])
    found = evidence.running_mean(results)
    rows = [[*map(plain, row[1:3])] for row in found.table.rows]
    assert rows == [["50.0 %", "50.0 %"], ["80.0 %", "65.0 %"], ["95.0 %", "75.0 %"]]
    assert "In the last pass 95.0 % were right; printed would have been 75.0 %." in plain(found.text)


def test_claims_and_what_is_set_beside_them_have_one_unit(tmp_path):
    run = run_of(tmp_path, "part-one", [epoch(0, 0.3, 0.2), epoch(1, 0.5, 0.1)])
    assert evidence.last_error([run]) == "0.50 on average; its 784th part is 0.0006378"
    assert plain(evidence.right_in_training([run])) == "15.0 % over all passes, 10.0 % at the end"


def test_layers_of_one_width_are_told_once():
    assert evidence._widths([784, 200, 200, 200, 10]) == "784, 3 × 200, 10"
    assert evidence._widths([784, 100, 10]) == "784, 100, 10"


def test_what_helped_is_told_one_change_at_a_time(tmp_path):
    runs = {"ten": 0.9, "ten-augmented": 0.8, "hundred": 0.97, "part-two": 0.95}
    found = [replace(run_of(tmp_path, name, []), accuracy=accuracy) for name, accuracy in runs.items()]
    told = evidence.what_helped(Results(found)).text
    assert "+7.0 points without the changed copies, +15.0 with them" in told and "−10.0 points with 10 units, −2.0 with 100" in told


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
            found = finding.evidence(reproduced.results)
            assert found.text and "nan" not in found.text, finding.title
    assert "the gradient points uphill" in page
    networks = evidence.both_networks(reproduced.results).table
    assert networks.headings[1:] == ("part one", "part one, mended", "part two", "part two, mended")
    layers = ("layers", "784, 7 × 200, 10", "784, 7 × 200, 10", "784, 100, 10", "784, 100, 10")
    assert networks.rows[0] == layers and {row[0] for row in networks.rows} >= {"loss", "optimiser", "batch", "parameters"}
    assert json.loads((reproduced.folder / "report.json").read_text(encoding="utf-8"))
