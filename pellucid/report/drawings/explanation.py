"""The figures of an explanation, as PNG files."""

import math

from pellucid.explanation.explained import Explained
from pellucid.report.drawings.figure import as_png, laid_out
from pellucid.report.figures import first_layer
from pellucid.report.figures.explanation import activations, attribution, neighbours, picture
from pellucid.words import percent, shorten

_SIZE = (3, 3.2)  # of a picture with its title, in inches


def explanation_figures(found: Explained) -> dict[str, bytes]:
    """The PNG files of an explanation, by name: the picture, the maps, every layer, the first layer, the neighbours."""
    title = f"{shorten(found.classes[found.target], 20)}, {percent(found.probability)}"
    drawings = {"picture": laid_out(picture, found.pixels, title, size=_SIZE)}
    maps = {
        "input_gradient": (found.gradient, "Input gradient"),
        "integrated_gradients": (found.integrated.attributions, "Integrated gradients"),
        "occlusion": (found.occlusion.pixels, "Occlusion"),
    }
    if found.grad_cam:
        maps["grad_cam"] = found.grad_cam.heat[0], "Grad-CAM"
    for key, (values, title) in maps.items():
        drawings[key] = laid_out(attribution, found.pixels, values, title, size=_SIZE)
    drawings["activations"] = _all_activations(found)
    if found.first_layer is not None:
        drawings["first_layer"] = laid_out(first_layer, found.first_layer, size=(5, 3))
    if found.neighbours:
        drawings["neighbours"] = laid_out(neighbours, found.neighbours, size=(1.1 * len(found.neighbours), 1.6))
    return {name: as_png(figure) for name, figure in drawings.items()}


def _all_activations(found: Explained):
    """A row for every layer."""
    from matplotlib.figure import Figure

    visits = list(found.walk.visits())
    heights = [1.0 if visit.y.ndim == 3 else 0.25 + 0.2 * math.ceil(visit.y.size / 32 / 4) for visit in visits]
    figure = Figure(figsize=(8, 0.35 * len(visits) + sum(heights)), layout="constrained")
    axes = figure.subplots(len(visits), 1, squeeze=False, height_ratios=heights)[:, 0]
    for ax, visit in zip(axes, visits):
        shape = " × ".join(map(str, visit.y.shape))
        activations(ax, visit.y, f"{visit.path} {visit.name}, {shape}")
    return figure
