"""Training tells when a recipe's changes seem to change labels: in its progress lines and in the report."""

import pytest

import pellucid
from pellucid.runs.label_warnings import label_warnings
from pellucid.runs.prepare import prepare
from pellucid.runs.progress import Silent


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
    warnings = label_warnings(prepare("digits", None, settings, Silent()))
    assert [warning.split()[0] for warning in warnings] == expected
