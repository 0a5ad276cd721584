"""A recipe here and in PyTorch: the same first weights and batches, so the same gradients and the same epochs."""

import json

import numpy as np
import pytest

from pellucid.errors import RecipeError
from pellucid.runs.prepare import prepare
from pellucid.runs.progress import Silent


@pytest.fixture
def torch(monkeypatch):
    """PyTorch, where it is installed, on one thread."""
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")
    module = pytest.importorskip("torch", exc_type=ImportError)
    threads = module.get_num_threads()
    module.set_num_threads(1)
    yield module
    module.set_num_threads(threads)


PART_TWO = {"data.source": "digits", "data.test": 0.2, "data.pictures": 150, "data.leak_guard": "off", "epochs": 3}
NETWORKS = {
    "part two": {},
    "convolutions": {
        "network.layers": [
            {"type": "Conv2D", "filters": 4, "bias": False},
            {"type": "BatchNorm"},
            {"type": "Activation", "name": "relu"},
            {"type": "MaxPool2D", "size": 2},
            {"type": "Flatten"},
        ]
    },
}


def prepared(**settings):
    return prepare(None, "mnist/part-two", PART_TWO | settings, Silent())


@pytest.mark.parametrize("network", NETWORKS)
def test_gradients_of_the_first_step_agree(network, torch):
    from pellucid.runs.assemble import assemble
    from pellucid.runs.reproduction.in_pytorch import first_gradients

    parts = assemble(prepared(**NETWORKS[network]))
    before = parts.network.values.copy()
    assert first_gradients(parts) < 1e-5
    np.testing.assert_array_equal(parts.network.values, before)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_trained_network_comes_back(network, torch, tmp_path):
    from pellucid.runs.reproduction.in_pytorch import train_in_pytorch
    from pellucid.runs.training import train_prepared

    ready = prepared(**NETWORKS[network])
    theirs = train_in_pytorch(ready, tmp_path / "theirs", Silent())
    ours = train_prepared(ready, tmp_path / "ours", Silent(), lambda: False)
    assert [epoch.loss for epoch in theirs.epochs] == pytest.approx([epoch.loss for epoch in ours.epochs], rel=2e-3)
    assert theirs.accuracy == pytest.approx(ours.accuracy, abs=0.02)
    assert theirs.loss == pytest.approx(ours.loss, rel=0.05)
    notes = json.loads((tmp_path / "theirs" / "pytorch.json").read_text())
    assert notes["torch"] == torch.__version__ and notes["gradient_difference"] < 1e-5 and len(notes["last_losses"]) == 3


@pytest.mark.parametrize("settings", [{"loss.l2": 0.1}, {"augment.mixup": 0.2}, {"optimizer.name": "muon"}])
def test_what_is_not_translated_is_refused_before_anything_is_written(settings, torch, tmp_path):
    from pellucid.runs.reproduction.in_pytorch import train_in_pytorch

    with pytest.raises(RecipeError, match="is not translated to PyTorch"):
        train_in_pytorch(prepared(**settings), tmp_path / "run", Silent())
    assert not (tmp_path / "run").exists()


def test_without_pytorch_one_line_says_how_to_get_it(monkeypatch):
    import sys

    from pellucid import pytorch

    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(RecipeError, match=r"pip install 'pellucid\[torch\]'"):
        pytorch.require()
