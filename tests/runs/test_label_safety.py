"""Training tells when a recipe's changes seem to change labels: in its progress lines and in the report."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

import pellucid
from pellucid.runs.label_safety import label_warnings
from pellucid.runs.prepare import prepare
from pellucid.runs.progress import Silent

pytestmark = pytest.mark.usefixtures("no_figures", "reference_kernels")


class Heard(Silent):
    """Keeps what it is told."""

    def __init__(self):
        self.lines = []

    def say(self, text):
        self.lines.append(text)


def test_training_on_mirrored_digits_warns_with_numbers(tmp_path):
    heard = Heard()
    run = pellucid.train("digits", out=tmp_path / "run", progress=heard, epochs=1, hidden=[8], **{"augment.flip": True})
    report = run.report.read_text(encoding="utf-8")
    [warning] = [line for line in heard.lines if line.startswith("warning: ")]
    for text in (warning, report):
        assert "augment.flip seems to change labels" in text and "training pictures right, but mirrored left to right only" in text


def warned(prepared):
    return label_warnings(prepared.recipe.augment, prepared.dataset, prepared.split.train)


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({"augment.views": "flip"}, ["augment.views"]),
        ({"augment.flip_vertical": 0.1, "augment.rotate": 180.0}, ["augment.flip_vertical", "augment.rotate"]),
        ({"augment.rotate": 15.0, "augment.shift": 0.1, "augment.mixup": 0.2}, []),
        ({"augment.flip": True, "classes": ["0", "8"]}, []),  # their own mirror images
    ],
    ids=str,
)
def test_only_what_could_change_labels_is_tried(settings, expected):
    warnings = warned(prepare("digits", None, settings, Silent()))
    assert [warning.split()[0] for warning in warnings] == expected


def digits_as_a_folder(tmp_path, classes, count=120):
    """Digits that look like anybody's pictures: the default recipe for photographs mirrors them."""
    data = load_digits()
    rows = np.flatnonzero(np.isin(data.target, classes))[:count]
    path = tmp_path / "pictures.npz"
    np.savez(path, x=(data.images[rows] * 15).astype(np.uint8)[..., None].repeat(2, 1).repeat(2, 2), y=data.target[rows])
    return path


def test_a_default_recipe_leaves_out_what_seems_to_change_labels(tmp_path):
    heard = Heard()
    prepared = prepare(digits_as_a_folder(tmp_path, range(10), 600), None, {}, heard)
    assert (prepared.recipe.augment.flip, prepared.recipe.augment.views) == (False, "none")
    assert prepared.recipe.augment.shift > 0  # the others stay
    [line] = [line for line in heard.lines if "left out, for fear" in line]
    assert line.startswith("augment.flip and augment.views") and "mirrored left to right only" in line
    assert warned(prepared) == []


def test_what_the_user_asked_for_stays(tmp_path):
    path = digits_as_a_folder(tmp_path, range(10), 600)
    asked = prepare(path, None, {"augment.flip": True}, Silent())
    assert (asked.recipe.augment.flip, asked.recipe.augment.views) == (True, "none")
    named = prepare(path, "photographs", {}, Silent())
    assert (named.recipe.augment.flip, named.recipe.augment.views) == (True, "flip")
    assert len(warned(named)) == 2


def test_a_few_pictures_and_pictures_like_their_mirror_image_are_mirrored(tmp_path):
    for classes, count in (((0, 8), 300), (range(10), 20)):
        prepared = prepare(digits_as_a_folder(tmp_path, classes, count), None, {}, Silent())
        assert prepared.recipe.augment.flip is True
