"""The page of an explanation: hostile names are text, every layer is shown, a browser runs nothing; figures draw on any ax."""

import html
import json
import re
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pellucid.classifier import Classifier
from pellucid.images import InputSpec
from pellucid.report import explanation_figures, render_explanation
from pellucid.report.figures.explanation import activations, attribution, neighbours
from pellucid.report.heat import by_pixel, folded, heat_pixels, tiles
from pellucid.report.walk_view import arrays
from pellucid.runs.explanation import explained
from tests.explanation.conftest import EVERY_LAYER, randomised
from tests.report.test_browser import CHROMIUM, FLAGS, HARNESS, PLANTED


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A picture explained by a network that holds every layer."""
    network = randomised(EVERY_LAYER, (8, 8, 3))
    classifier = Classifier(network, InputSpec((8, 8, 3)), ("cat", PLANTED, "an elephant " * 20, "d", "<b>e</b>"))
    path = tmp_path_factory.mktemp("pictures") / "<i>photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 60, 3), dtype=np.uint8)).save(path)
    return explained(classifier, path)


def test_every_layer_stands_on_the_page_forward_and_back(found):
    page = render_explanation(found)
    for visit in found.walk.visits():
        assert f'id="layer-{visit.path}"' in page and f'id="back-{visit.path}"' in page
    for kernel in ("convolution_forward", "normalise_backward", "softmax_cross_entropy", "max_pool_backward", "sgd"):
        assert f"def {kernel}(" in page
    assert "pellucid/kernels/reference/convolution.py:" in page


def test_names_are_text(found):
    page = render_explanation(found)
    assert PLANTED not in page and "<i>photo" not in page and "<b>e</b>" not in page
    assert "&lt;i&gt;photo" in page


def test_the_real_numbers_stand_there(found):
    page = html.unescape(re.sub("<[^>]*>", "", render_explanation(found))).replace("−", "-")
    weight = found.walk.weight
    for value in (weight.before, weight.gradient, found.walk.loss_value, float(found.walk.z.max())):
        assert f"{value:.4g}" in page


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium on the PATH")
def test_a_browser_shows_the_page_and_runs_nothing(found, tmp_path):
    page = render_explanation(found)
    unguarded = re.sub("<meta http-equiv[^>]*>", "", page)
    harness = HARNESS.format(page=html.escape(page), unguarded=html.escape(unguarded))
    (tmp_path / "harness.html").write_text(harness, encoding="utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    done = subprocess.run([*command, (tmp_path / "harness.html").as_uri()], capture_output=True, text=True, timeout=60, check=True)
    assert "CONSOLE" not in done.stderr
    frames = json.loads(html.unescape(re.search("<output>(.*?)</output>", done.stdout, re.DOTALL)[1]))
    for frame in frames:
        assert "pwned" not in frame["title"]
        assert frame["width"] <= 375
        assert frame["scripts"] == 0 and frame["broken"] == 0


def test_figures_are_png_files_one_for_each_map(found):
    drawings = explanation_figures(replace(found, grad_cam=None))
    assert "grad_cam" not in drawings
    assert {*explanation_figures(found)} == {*drawings, "grad_cam"}
    assert all(drawing.startswith(b"\x89PNG") for drawing in drawings.values())


def test_plots_take_an_ax(found):
    from matplotlib.figure import Figure

    for draw in (
        lambda ax: attribution(ax, found.pixels, found.gradient, "$title"),
        lambda ax: activations(ax, found.walk.steps[0].y),
        lambda ax: activations(ax, found.walk.z),
        lambda ax: neighbours(ax, found.neighbours),
    ):
        figure = Figure()
        draw(figure.subplots())
        figure.canvas.draw()


def test_colours_tell_sign_by_hue_and_size_by_opacity():
    pixels = heat_pixels(np.array([[2.0, -1.0, 0.0, np.nan]]))
    assert pixels.shape == (1, 4, 4)
    assert pixels[0, :, 3].tolist() == [255, 128, 0, 0]
    assert pixels[0, 0, 2] > pixels[0, 0, 0] and pixels[0, 1, 0] > pixels[0, 1, 2]  # blue above zero, orange below


def test_tiles_are_the_strongest_channels_in_their_order():
    values = np.zeros((2, 2, 40))
    values[0, 0, [30, 7, 39]] = [1, -3, 2]
    captions = [tile.caption for tile in tiles(values)]
    assert len(captions) == 12 and {"7", "30", "39"} <= set(captions)
    assert captions == sorted(captions, key=int)
    assert arrays("y", values).left_out == 28
    assert len(tiles(np.ones(100))) == 1


def test_long_rows_are_folded_and_maps_summed():
    assert folded(np.arange(70)).shape == (3, 32)
    assert folded(np.arange(5)).shape == (1, 5)
    assert by_pixel(np.ones((2, 3, 4))).tolist() == [[4] * 3] * 2


def test_corners_hold_the_numbers_around_the_largest():
    values = np.arange(900.0).reshape(10, 10, 9)
    values[2, 9, 4] = 1e4
    corner = arrays("y", values).corner
    assert (list(corner.rows), list(corner.columns), corner.marked) == ([0, 1, 2, 3, 4], [5, 6, 7, 8, 9], (2, 4))
    assert np.array_equal(corner.values, values[0:5, 5:10, 4])
    row = arrays("y", np.arange(13.0)).corner
    assert row.values[row.marked] == 12
