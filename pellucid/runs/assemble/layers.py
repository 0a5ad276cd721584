"""The layers that a recipe describes."""

from pellucid.nn import Dense, Layer, Network, layers, presets
from pellucid.nn.layers.affine import Affine
from pellucid.recipes import Recipe
from pellucid.recipes.sections import AUTOENCODERS


def build_layers(recipe: Recipe, in_shape: tuple[int, ...], outputs: int) -> list[Layer]:
    """The preset of a recipe, or the layers that it writes out and one Dense layer for the outputs."""
    section = recipe.network
    start = {"initialiser": section.initialiser, "std": section.std}
    if section.layers:
        written = [_started(layer, start) for layer in recipe.tables()["network"]["layers"]]
        return [*Network.layers_from(written), Dense(outputs, section.output_activation, **start)]
    if section.preset == "mlp":
        return presets.mlp(
            section.hidden,
            outputs,
            activation=section.activation,
            dropout=section.dropout,
            batch_norm=section.batch_norm,
            output_activation=section.output_activation,
            **start,
        )
    described = {key: getattr(section, key) for key in section.described_by if key != "preset"}
    if not described.get("width", True):
        del described["width"]  # 0: as the preset is known
    if section.preset not in AUTOENCODERS:
        described["outputs"] = outputs
    return getattr(presets, section.preset)(in_shape, **described)


def _started(layer: dict, start: dict) -> dict:
    """A written layer with the recipe's initialiser, if it has weights and none of its own; so the layers inside it."""
    if "layers" in layer:
        return layer | {"layers": [_started(inside, start) for inside in layer["layers"]]}
    return start | layer if issubclass(getattr(layers, layer["type"]), Affine) else layer
