"""Figures: what they draw, which names they survive, and what they leave alone."""

import copy
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from pellucid.report import figures, save_figures
from pellucid.report.drawings import curves_svg
from pellucid.report.figures.style import NAME
from pellucid.training import Epoch

HOSTILE = ("$\\frac{$", "$x_1$", "a_b^c", "日本語", "\u202egpj", "x" * 300, "two\nlines", "100 %")


def drawn(draw, *arguments):
    """The ax after `draw(ax, *arguments)` and a complete rendering (warnings are errors)."""
    figure = Figure()
    ax = figure.subplots()
    draw(ax, *arguments)
    FigureCanvasAgg(figure).draw()
    return ax


def line(ax, label):
    return next(line for line in ax.lines if line.get_label() == label).get_xydata()


def test_curves_count_epochs_from_one(make_report):
    data = make_report()
    ax = drawn(figures.loss_curve, data.epochs, 3)
    assert line(ax, "training")[:2].tolist() == [[1, 2.0], [2, 1.6]]
    assert line(ax, "validation")[0].tolist() == [1, 2.1]
    assert [4, data.epochs[3]["loss"]] in [
        list(ring.get_xydata()[0]) for ring in ax.lines if len(ring.get_xydata()) == 1
    ]
    assert line(drawn(figures.accuracy_curve, data.epochs), "training")[0].tolist() == [1, pytest.approx(30)]


def test_curves_take_the_records_of_training_too(make_report):
    fields = {"penalty": 0.0, "learning_rate": 0.1, "gradient_norm": 1.0, "seconds": 1.0, "pictures_per_second": 1.0}
    record = Epoch(number=0, step=1, loss=2.0, accuracy=0.5, **fields)
    assert line(drawn(figures.loss_curve, [record]), "training").tolist() == [[1, 2.0]]


def test_a_long_fall_is_drawn_on_a_logarithmic_scale(make_report):
    epochs = make_report().epochs
    assert drawn(figures.loss_curve, epochs[:5]).get_yscale() == "linear"
    steep = [epoch | {"loss": 10.0 ** -epoch["number"]} for epoch in epochs]
    assert drawn(figures.loss_curve, steep).get_yscale() == "log"


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [{}],
        [{"loss": None, "validation_loss": None}],
        [{}, {"loss": float("nan")}, {"loss": float("inf")}],
        [{"loss": -0.5}, {"loss": 0.0}],
    ],
)
def test_curves_survive_what_training_can_leave(changes):
    whole = {"loss": 1.0, "accuracy": 0.1, "validation_loss": None, "validation_accuracy": None}
    epochs = [whole | change for change in changes]
    drawn(figures.loss_curve, epochs, len(epochs) - 1 if epochs else None)
    drawn(figures.accuracy_curve, epochs)


def test_hostile_names_are_drawn_as_they_are(make_report):
    data = make_report(classes=HOSTILE)
    drawn(figures.samples, data.samples)
    drawn(figures.sample_predictions, data.gallery)
    ax = drawn(figures.confusion_matrix, data.headline.confusion, HOSTILE)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names[1] == "$x_1$" and names[3] == "□□□" and "\n" not in "".join(names)
    assert max(map(len, names)) <= NAME


def test_a_user_can_draw_the_first_layer(make_report):
    for channels in (1, 3, 4):
        drawn(figures.first_layer, np.random.default_rng(0).normal(size=(5, 4, channels, 40)))


@pytest.mark.parametrize("k", [2, 6, 16, 41, 100])
def test_confusion_matrices_of_every_size(k):
    ax = drawn(figures.confusion_matrix, np.eye(k, dtype=int) * 3, [f"class {i}" for i in range(k)])
    assert len(ax.get_yticklabels()) == (k if k <= 40 else 0)
    assert len(ax.texts) == (k if k <= 15 else 0)


def test_save_figures_writes_four_pictures(make_report, tmp_path):
    written = save_figures(make_report(), tmp_path / "figures")
    names = {"loss_curve.png", "confusion_matrix.png", "samples.png", "sample_predictions.png"}
    assert {path.name for path in written} == names == {path.name for path in (tmp_path / "figures").iterdir()}
    for path in written:
        with Image.open(path) as picture:
            assert picture.format == "PNG" and min(picture.size) > 200
            assert picture.convert("L").getextrema()[0] < 100  # something is drawn


def test_what_has_nothing_to_show_is_left_out(make_report, tmp_path):
    written = save_figures(make_report(shape=(4,), epochs=[]), tmp_path)
    assert [path.name for path in written] == ["confusion_matrix.png"]


def test_global_settings_stay_as_they_were(make_report, tmp_path):
    before = copy.deepcopy(dict(matplotlib.rcParams))
    data = make_report()
    save_figures(data, tmp_path)
    curves_svg(data)
    assert dict(matplotlib.rcParams) == before


def test_pyplot_is_never_imported_and_matplotlib_only_when_needed():
    code = """
import sys
import pellucid.report
assert not {"matplotlib", "jinja2"} & set(sys.modules)
from matplotlib.figure import Figure
pellucid.report.figures.loss_curve(Figure().subplots(), [{"loss": 1.0, "validation_loss": None}])
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_drawings_for_the_page_are_repeatable_and_take_its_colours(make_report):
    data = make_report()
    loss, accuracy = curves_svg(data)
    assert curves_svg(data) == [loss, accuracy]
    assert loss.startswith('<svg role="img" aria-label="Loss by epoch"') and "</svg>" in loss
    assert "var(--ink)" in loss and "#" not in loss.replace('href="#', "").replace("url(#", "")
    assert "http" not in loss + accuracy
    assert curves_svg(make_report(epochs=[])) == []
