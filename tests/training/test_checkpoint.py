"""Saved after any epoch, built anew and loaded, a run ends in the same bits as one that was not disturbed."""

import dataclasses

import numpy as np
import pytest

from pellucid import container
from pellucid.errors import ModelFileError
from pellucid.nn import Network, SoftmaxCrossEntropy, presets
from pellucid.optim import OPTIMIZERS, SGD, Adam, Penalty, Update, schedules
from pellucid.training import Best, Checkpoint, fit, fit_lbfgs
from tests.problems import Batches, clusters

X, T = clusters(60, 6, 3, spread=1.0)
VALIDATION = Batches(*clusters(30, 6, 3, seed=1, spread=1.0), 30)
EPOCHS = 7


def built(optimizer=Adam, dtype=np.float32):
    """All the moving parts of a run at its start."""
    network = Network(presets.mlp([9, 7], 3, activation="gelu", dropout=0.3), (6,), seed=3, dtype=dtype)
    update = optimizer and Update(optimizer(network), penalty=Penalty(1e-3, 1e-3), clip_norm=0.5, average=0.9)
    return Checkpoint(network, Best(network, patience=4), update, schedules.Plateau(0.05, 0.5, patience=1), [])


def run(parts, until=EPOCHS):
    """Train as a caller of `fit` does, with early stopping; go on where `parts` stands."""
    options = {"epochs": until, "validation": VALIDATION, "start": len(parts.epochs)}
    batches = Batches(X, T, 16, seed=3)
    if parts.update:
        epochs = fit(parts.network, SoftmaxCrossEntropy(), parts.update, batches, schedule=parts.schedule, **options)
    else:
        epochs = fit_lbfgs(parts.network, SoftmaxCrossEntropy(), batches, **options)
    for epoch in epochs:
        parts.epochs.append(epoch)
        parts.best.update(epoch.number, epoch.watched_loss)
        parts.schedule.observe(epoch.watched_loss)
        if parts.best.exhausted:
            break
    return parts


def everything(parts):
    """All that must be equal, as bytes and numbers; times are not."""
    arrays = {
        "theta": parts.network.theta,
        "best": parts.best.values,
        **(parts.update.tensors() if parts.update else {}),
    }
    return (
        {name: array.tobytes() for name, array in arrays.items()},
        parts.update and parts.update.optimizer.steps,
        parts.best.state(),
        parts.schedule.state(),
        [dataclasses.replace(epoch, seconds=0, pictures_per_second=0) for epoch in parts.epochs],
    )


@pytest.mark.parametrize("saved", [0, 1, 4])
@pytest.mark.parametrize("optimizer", [*OPTIMIZERS.values(), None], ids=[*OPTIMIZERS, "lbfgs"])
def test_a_resumed_run_ends_in_the_same_bits(tmp_path, optimizer, saved):
    dtype = np.float32 if optimizer else np.float64
    undisturbed = everything(run(built(optimizer, dtype)))
    before = run(built(optimizer, dtype), until=saved)
    before.save(tmp_path / "checkpoint.safetensors", {"recipe": "digits"})
    held = everything(before)
    after = built(optimizer, dtype)
    after.load(tmp_path / "checkpoint.safetensors")
    assert everything(after) == held
    assert everything(run(after)) == undisturbed


def test_the_run_above_has_moved_every_part():
    parts = run(built())
    assert parts.schedule.learning_rate < 0.05 and parts.best.waited > 0
    assert not np.array_equal(parts.update.average.values, parts.network.theta)
    assert not np.array_equal(parts.best.values, parts.network.theta)


def test_saving_changes_nothing(tmp_path):
    parts, other = run(built(), until=3), run(built(), until=3)
    parts.save(tmp_path / "checkpoint.safetensors", {})
    assert everything(run(parts)) == everything(run(other))


def test_loading_keeps_the_views(tmp_path):
    run(built(), until=2).save(tmp_path / "checkpoint.safetensors", {})
    parts = built()
    parts.load(tmp_path / "checkpoint.safetensors")
    assert np.shares_memory(parts.network.layers[1].W, parts.network.theta) and parts.network.theta.flags.writeable
    assert parts.epochs[1].number == 1


def test_a_schedule_without_state_and_an_update_without_an_average(tmp_path):
    network = built().network
    parts = Checkpoint(network, Best(network), Update(SGD(network)), schedules.cosine(0.1, 10), [])
    parts.save(tmp_path / "checkpoint.safetensors", {})
    network.theta[...] = 0
    parts.load(tmp_path / "checkpoint.safetensors")
    assert np.any(network.theta)


def test_the_callers_header_comes_back(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    run(built(), until=1).save(path, {"recipe": {"epochs": 3}, "split": [1, 2, None]})
    assert Checkpoint.header(path) == {"recipe": {"epochs": 3}, "split": [1, 2, None]}


def test_a_newer_checkpoint_replaces_the_older(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    parts = built()
    for epoch in range(3):
        run(parts, until=epoch + 1).save(path, {})
        assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert len(container.read(path, "checkpoint")[1]["state"]["epochs"]) == 3


def test_a_damaged_checkpoint_and_a_model_are_refused(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    run(built(), until=1).save(path, {})
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelFileError, match="damaged"):
        built().load(path)
    container.write(path, "model", {}, {})
    with pytest.raises(ModelFileError, match="is a model, expected a checkpoint"):
        built().load(path)
