"""From parameters to the network."""

import math

import numpy as np

from pellucid.errors import RecipeError
from pellucid.nn import Dense, Layer, Network, presets
from pellucid.nn.layers.affine import Affine
from pellucid.recipes import Recipe
from pellucid.recipes.sections.network import AUTOENCODERS, KEYS
from pellucid.runs.assemble import build_layers

PRESETS = tuple(preset for preset in KEYS if preset not in ("mlp", *AUTOENCODERS))
SEEDS = 2**31


def build_network(parameters, in_shape: tuple[int, ...], outputs: int, rng: np.random.RandomState) -> Network:
    """The network of an estimator at the start: float64 for lbfgs, else float32. Errors: ValueError."""
    dtype = np.float64 if parameters.solver == "lbfgs" else np.float32
    before = rng.get_state()
    seed = int(rng.randint(SEEDS))
    rng.set_state(before)  # its first numbers are the weights
    try:
        network = Network(_chain(parameters, in_shape, outputs), in_shape, seed=seed, dtype=dtype)
    except RecipeError as error:
        raise ValueError(str(error)) from error
    if parameters.network is None:
        _, activations, _ = parameters._hidden_layers()
        _start(network, rng, 2 if "sigmoid" in activations else 6)
    else:
        rng.randint(SEEDS)  # a generator that several fits share moves on
    return network


def _chain(parameters, in_shape: tuple[int, ...], outputs: int) -> list[Layer]:
    network = parameters.network
    if network is None:
        sizes, activations, rates = parameters._hidden_layers()
        normalised = parameters.batch_normalization
        return presets.mlp(sizes, outputs, activation=activations, dropout=rates, batch_norm=normalised)
    if isinstance(network, str):
        if network not in PRESETS:
            expected = (
                f"expected one of {', '.join(PRESETS)}, a Recipe, or layers; without network, hidden_layer_sizes makes dense layers"
            )
            raise ValueError(f"network={network!r} is no preset; {expected}")
        if len(in_shape) != 3:
            raise ValueError(
                f"network={network!r} needs pictures (N, H, W) or (N, H, W, C), got rows of {in_shape[0]} features; "
                "leave network out and give hidden_layer_sizes"
            )
        return getattr(presets, network)(in_shape, outputs)
    if isinstance(network, Recipe):
        return build_layers(network, in_shape, outputs)
    if not all(isinstance(layer, Layer) for layer in network):
        raise ValueError("network is a preset's name, a Recipe, or a list of the layers before the output")
    return [*network, Dense(outputs)]


def _start(network: Network, rng: np.random.RandomState, gain: float) -> None:
    """W, b ~ U(-a, a), a = sqrt(gain / (K + M)), gain 6, with sigmoids 2 (Glorot & Bengio 2010, equation 16).

    The numbers are those that scikit-learn's perceptrons start from with the same random_state. Biases are random too:
    with zeros, all kinks of ReLU units would begin at the origin, which for one or two features is a poor place.
    """
    for layer in affine_layers(network):
        bound = math.sqrt(gain / sum(layer.W.shape))
        layer.W[...] = rng.uniform(-bound, bound, layer.W.shape)
        if layer.b is not None:
            layer.b[...] = rng.uniform(-bound, bound, layer.b.shape)


def affine_layers(network: Network) -> list[Affine]:
    """The layers with weights, in order."""
    return [layer for layer in network.layers if isinstance(layer, Affine)]
