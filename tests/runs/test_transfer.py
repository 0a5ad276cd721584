"""Starting from a trained network: what is taken over, what is new, what is frozen, and that the report says so."""

import json

import numpy as np
import pytest
from PIL import Image

import pellucid
from pellucid.errors import ModelFileError, RecipeError
from pellucid.images import InputSpec
from pellucid.runs.transfer import input_of

pytestmark = pytest.mark.usefixtures("no_figures")

SETTINGS = {"recipe": "digits/faithful", "hidden": [16], "network.initialiser": "he", "epochs": 4}


@pytest.fixture(scope="module")
def donor(tmp_path_factory):
    """A network that tells 0 to 4 apart."""
    folder = tmp_path_factory.mktemp("donor") / "run"
    return pellucid.train("digits", out=folder, classes=["0", "1", "2", "3", "4"], **SETTINGS)


@pytest.fixture(scope="module")
def grafted(donor, tmp_path_factory):
    settings = {**SETTINGS, "epochs": 10, "start_from": donor.model, "transfer.frozen_epochs": 10}
    return pellucid.train("digits", out=tmp_path_factory.mktemp("grafted") / "run", classes=["7", "8", "9"], **settings)


def test_a_frozen_body_keeps_its_bits_and_the_head_is_new(donor, grafted):
    before, after = donor.classifier.network.tensors(), grafted.classifier.network.tensors()
    assert np.array_equal(before["1.W"], after["1.W"]) and np.array_equal(before["1.b"], after["1.b"])
    assert before["2.W"].shape == (16, 5) and after["2.W"].shape == (16, 3)
    assert grafted.accuracy > 0.8


def test_after_the_frozen_epochs_the_body_learns(donor, tmp_path):
    settings = {**SETTINGS, "transfer.model": str(donor.model), "transfer.frozen_epochs": 1}
    freed = pellucid.train("digits", out=tmp_path / "run", classes=["7", "8", "9"], **settings)
    assert not np.array_equal(donor.classifier.network.tensors()["1.W"], freed.classifier.network.tensors()["1.W"])


def test_model_and_report_say_where_the_weights_came_from(donor, grafted):
    origin = pellucid.load(grafted.model).provenance["from"]
    assert origin["source"] == "digits"
    assert origin["data_sha256"] == donor.classifier.provenance["data_sha256"]
    assert "started from a model trained on digits" in grafted.report.read_text(encoding="utf-8")


def test_a_resumed_graft_is_the_undisturbed_one(donor, grafted, tmp_path):
    settings = {**SETTINGS, "transfer.model": str(donor.model), "transfer.frozen_epochs": 2, "training.checkpoint_seconds": 0.0}
    whole = pellucid.train("digits", out=tmp_path / "whole", classes=["7", "8", "9"], **settings)
    seen = []

    class Killed(BaseException):
        pass

    class Watching(pellucid.runs.Silent):
        def epoch(self, record, epochs, seconds_left):
            seen.append(record.number)
            if len(seen) == 3:
                raise Killed

    with pytest.raises(Killed):
        pellucid.train("digits", out=tmp_path / "cut", classes=["7", "8", "9"], progress=Watching(), **settings)
    resumed = pellucid.resume(tmp_path / "cut")
    assert resumed.model.read_bytes() == whole.model.read_bytes()


def test_pictures_are_read_as_the_donor_saw_them(donor, tmp_path):
    rng = np.random.default_rng(0)
    for name, level in (("bright", 200), ("dark", 50)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(12):
            pixels = np.clip(rng.normal(level, 20, (20, 30, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{number}.png")
    run = pellucid.train(tmp_path / "photos", out=tmp_path / "run", epochs=3, **{"transfer.model": str(donor.model)})
    assert run.classifier.input.shape == (8, 8, 1)
    assert run.classifier.input.value_range == (0.0, 255.0)


def test_mean_and_deviation_move_with_the_value_range():
    spec = InputSpec((2, 2, 1), "pad", (0.0, 16.0), "standard", np.array([4.0], np.float32), np.array([2.0], np.float32))
    moved = input_of(type("Donor", (), {"input": spec}), (0.0, 255.0))
    values = np.random.default_rng(0).integers(0, 17, (5, 2, 2, 1)).astype(np.float32)
    before, after = np.empty_like(values), np.empty_like(values)
    spec.normalise(values, before)
    moved.normalise(values * np.float32(255 / 16), after)
    np.testing.assert_allclose(before, after, rtol=1e-5, atol=1e-6)


def test_errors_are_one_line(donor, tmp_path):
    with pytest.raises(ModelFileError, match="no file"):
        pellucid.train("digits", out=tmp_path / "a", **{"transfer.model": "missing.safetensors"})
    rows = tmp_path / "rows.npz"
    np.savez(rows, x=np.random.default_rng(0).random((40, 6), np.float32), y=np.arange(40) % 2)
    model = pellucid.train(rows, out=tmp_path / "rows", epochs=2).model
    with pytest.raises(RecipeError, match="rows of numbers"):
        pellucid.train("digits", out=tmp_path / "b", **{"transfer.model": str(model)})
    assert json.loads((tmp_path / "rows" / "scores.json").read_text())
    assert not (tmp_path / "a").exists() and not (tmp_path / "b").exists()
