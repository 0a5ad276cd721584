"""From a recipe to a network: presets, layers written out, whitening, Muon."""

import json

import numpy as np
import pytest

import pellucid
from pellucid.errors import RecipeError
from pellucid.images import Source, read
from pellucid.nn import Activation, BatchNorm, Conv2D, Dense, Residual
from pellucid.optim import Muon
from pellucid.recipes import Recipe
from pellucid.runs.assemble import assemble, build_network
from pellucid.runs.prepare import Prepared, measure_input, split_of


def network(**settings):
    return build_network(Recipe().override(settings), (12, 12, 3), 4)[1]


def prepared(n=60, **settings):
    """Pictures in two classes, the second brighter, as they lie in a folder: class by class."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], n // 2)
    images = (rng.integers(0, 128, (n, 12, 12, 3)) + 100 * labels[:, None, None, None]).astype(np.uint8)
    paths = tuple(f"{k}.png" for k in range(n))
    classes = ("dark", "bright")
    source = Source(
        name="made", location="made", paths=paths, labels=labels, classes=classes, label_rule="", images=images
    )
    recipe, dataset = Recipe().override(settings), read(source, (12, 12, 3))
    split = split_of(recipe, dataset)
    return Prepared(recipe, dataset, split, measure_input(recipe, dataset, split))


@pytest.mark.parametrize(
    ("preset", "widths"),
    [
        ("lenet", [6, 16]),
        ("simple_cnn", [32, 32, 64, 64, 128, 128]),
        ("airbench", [24, 64, 64, 256, 256, 256, 256]),
    ],
)
def test_presets_in_the_width_they_are_known_for(preset, widths):
    built = network(**{"network.preset": preset})
    assert [layer.filters for layer in built.layers if isinstance(layer, Conv2D)] == widths
    assert built.out_shape == (4,)


def test_presets_in_another_width():
    built = network(**{"network.preset": "simple_cnn", "network.width": 3, "network.batch_norm": True})
    assert [layer.filters for layer in built.layers if isinstance(layer, Conv2D)] == [3, 3, 6, 6, 12, 12]
    assert sum(isinstance(layer, BatchNorm) for layer in built.layers) == 6
    built = network(**{"network.preset": "resnet", "network.width": [3, 4, 4]})
    assert [layer.projection for layer in built.layers if isinstance(layer, Residual)] == [False, True, True]


def test_dense_layers_with_batch_normalisation():
    built = network(hidden=[5, 6], **{"network.batch_norm": True})
    kinds = (Dense, BatchNorm, Activation)
    assert [type(layer) for layer in built.layers[1:]] == [*kinds, *kinds, Dense]


def test_parameters_learn_at_their_own_rates():
    built = network(**{"network.preset": "lenet", "optimizer.factors": {"*.b": 2.0, "0.*": 0.0}})
    assert {name: factor for name, factor in built.factors.items() if factor != 1} == {
        "0.W": 0.0, "0.b": 0.0, "2.b": 2.0, "5.b": 2.0, "6.b": 2.0, "7.b": 2.0,
    }  # fmt: skip
    with pytest.raises(RecipeError, match=r"no parameter is called '9\.\*'"):
        network(**{"network.preset": "lenet", "optimizer.factors": {"9.*": 0.0}})


def test_layers_written_out_start_as_the_network_does():
    layers = [
        {"type": "Conv2D", "filters": 8, "initialiser": "dirac"},
        {"type": "Residual", "layers": [{"type": "Conv2D", "filters": 8}, {"type": "Activation", "name": "relu"}]},
        {"type": "MaxPool2D", "size": [2, 3], "stride": 2},
        {"type": "GlobalAvgPool"},
        {"type": "Dense", "units": 5},
    ]
    built = network(**{"network.layers": layers, "network.initialiser": "normal", "network.std": 0.5})
    first, residual, pool, _, dense, output = built.layers
    assert (first.initialiser, residual.layers[0].initialiser, dense.initialiser, output.initialiser) == (
        "dirac", "normal", "normal", "normal",
    )  # fmt: skip
    assert isinstance(residual.layers[1], Activation) and (pool.size, pool.stride) == ((2, 3), 2)
    assert residual.layers[0].W.std() == pytest.approx(0.5, rel=0.1) and isinstance(output, Dense)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ({"type": "MaxPool2D", "size": 13}, "the network does not fit: the 13 × 13 window of MaxPool2D"),
        ({"type": "Residual", "layers": []}, "the network does not fit: Residual needs at least one layer"),
        ({"type": "Conv2D", "filters": 3}, "put Flatten"),
    ],
)
def test_a_network_that_does_not_fit_is_refused(layer, message):
    with pytest.raises(RecipeError, match=message):
        network(**{"network.layers": [layer]})


def test_presets_refuse_rows_of_numbers():
    with pytest.raises(RecipeError, match="the preset lenet needs pictures"):
        build_network(Recipe().override({"network.preset": "lenet"}), (30,), 3)


def test_whitening_takes_training_pictures_of_all_classes():
    parts = assemble(prepared(**{"network.preset": "airbench", "network.width": 4, "optimizer": "muon"}))
    assert parts.network.factors["0.W"] == 0 and isinstance(parts.update.optimizer, Muon)
    x = np.concatenate([x.copy() for x, _, _ in parts.batches.epoch(0)])
    first = parts.network.layers[0]
    windows = np.lib.stride_tricks.sliding_window_view(x, (2, 2), axis=(1, 2))
    windows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, 12)
    spread = np.cov(windows.astype(np.float64) @ first.W.reshape(12, 24)[:, :12].astype(np.float64), rowvar=False)
    assert spread[0, 0] == pytest.approx(1, abs=0.1)  # brightness, in which the classes differ
    assert abs(spread - np.diag(np.diag(spread))).max() < 0.1


def test_filters_that_cannot_whiten_are_refused():
    layers = [{"type": "Conv2D", "filters": 7, "size": 2, "initialiser": "whitening"}, {"type": "Flatten"}]
    with pytest.raises(RecipeError, match="the network does not fit: whitening filters come in pairs"):
        assemble(prepared(**{"network.layers": layers}))


def test_a_run_with_whitening_starts_the_same_each_time():
    settings = {"network.preset": "airbench", "network.width": 4}
    first, second = (assemble(prepared(**settings)).network for _ in range(2))
    np.testing.assert_array_equal(first.values, second.values)


def test_a_convolutional_run_from_digits_to_answers(tmp_path):
    """With batch norm and averaged weights: what is scored is what the model file answers."""
    settings = {"network.preset": "simple_cnn", "network.width": 2, "network.batch_norm": True}
    run = pellucid.train("digits", out=tmp_path / "run", epochs=1, **{**settings, "optimizer.average": 0.9})
    assert json.loads((run.folder / "scores.json").read_text())["test"]["accuracy"] == run.accuracy
    assert pellucid.evaluate(run.model, "digits", part="test").scores.accuracy == run.accuracy
    assert not np.array_equal(run.classifier.network.tensors()["1.mean"], np.zeros(2))
