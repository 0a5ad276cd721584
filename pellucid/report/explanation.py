"""One picture explained, as one HTML page: no script, nothing loaded from anywhere."""

import numpy as np

from pellucid.explanation.examples.example import number
from pellucid.explanation.explained import Explained
from pellucid.report import heat, pictures, walk_view
from pellucid.report.environment import template
from pellucid.words import percent

_BARS = 6  # classes whose probability is drawn


def render_explanation(found: Explained) -> str:
    """The page, complete. Names are escaped where they are put in, and a content security policy forbids scripts."""
    walk = found.walk
    return template("explanation.html", figures=number, shape=_shape, tint=_tint, heat_uri=heat.heat_uri).render(
        found=found,
        maps=_maps(found),
        bars=_bars(found),
        forward=walk_view.forward_steps(walk),
        backward=walk_view.backward_steps(walk),
        seen=walk_view.arrays("x", walk.x),
        loss=walk_view.loss_in_numbers(walk, found.classes),
        loss_codes=walk_view.loss_code(walk),
        update=walk_view.update_in_numbers(walk) if walk.weight else None,
        update_codes=walk_view.update_code(walk) if walk.weight else (),
        weights=() if found.first_layer is None else pictures.weight_pictures(found.first_layer),
    )


def _maps(found: Explained) -> list[dict]:
    """What is drawn over the picture, each with the sentence that says what it means."""
    name = found.classes[found.target]
    integrated, covered = found.integrated, found.occlusion
    top, left = covered.strongest
    rows = [
        {
            "title": "Input gradient",
            "values": heat.by_pixel(found.gradient),
            "text": f"How the output for “{name}” would answer to a small change of each pixel: blue, brighter raises it; "
            "orange, brighter lowers it.",
            "source": "Simonyan et al. 2014",
        },
        {
            "title": "Integrated gradients",
            "values": heat.by_pixel(integrated.attributions),
            "text": f"What each pixel adds to the output, on the way from an empty picture to this one. All of them sum to "
            f"{_written(integrated.total)}; the output went from {_written(integrated.baseline_score)} to "
            f"{_written(integrated.score)}, a difference of {_written(integrated.difference)}.",
            "source": "Sundararajan et al. 2017",
        },
        {
            "title": "Occlusion",
            "values": covered.pixels,
            "text": f"How far the output falls when a patch of {covered.size[0]} × {covered.size[1]} pixels is covered. It costs "
            f"most at row {top}, column {left}: the probability of “{name}” then goes from "
            f"{percent(found.probability)} to {percent(found.covered_probability)}.",
            "source": "Zeiler & Fergus 2014",
        },
    ]
    if found.grad_cam:
        cam = {
            "title": "Grad-CAM",
            "values": found.grad_cam.heat[0],
            "text": f"Where layer {found.grad_cam.layer} found what speaks for “{name}”: its channels, weighted by their gradient.",
            "source": "Selvaraju et al. 2017",
        }
        rows.insert(2, cam)
    return rows


def _written(value: float) -> str:
    """A number inside a sentence."""
    return f"{value:.4g}".replace("-", "−")


def _bars(found: Explained) -> list[tuple[str, float, bool]]:
    """(class, probability, whether it is explained), the most probable first."""
    order = np.argsort(-found.probabilities, kind="stable")[:_BARS]
    return [(found.classes[k], float(found.probabilities[k]), k == found.target) for k in order]


def _tint(grid) -> list[list[tuple[float, str]]]:
    """For each number of a grid: its strength in [0, 1] beside the largest, and its class of colour."""
    values = np.nan_to_num(np.asarray(grid.values, dtype=np.float64))
    scale = np.abs(values).max() or 1.0
    return [[(round(abs(float(v)) / scale, 3), "right" if v > 0 else "wrong") for v in row] for row in values]


def _shape(shape) -> str:
    return " × ".join(f"{n:,}" for n in shape)
