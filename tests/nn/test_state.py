"""Running statistics go wherever the parameters they belong to go: copies, files, the best epoch, the average."""

import copy
import dataclasses
import math
import pickle

import numpy as np
import pytest

from pellucid.classifier import Classifier
from pellucid.errors import ModelFileError, TrainingDiverged
from pellucid.images import InputSpec
from pellucid.nn import Network, SoftmaxCrossEntropy, presets
from pellucid.optim import SGD, Adam, Update, WeightAverage, schedules
from pellucid.training import Best, Checkpoint, fit, predict_outputs, train_step
from tests.problems import Batches

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 6, 6, 1)).astype(np.float32) + 2
T = (X.mean(axis=(1, 2, 3)) > 2).astype(np.int64)
LOSS = SoftmaxCrossEntropy()


def resnet(seed=0, dtype=np.float32):
    return Network(presets.resnet((6, 6, 1), 2, width=3), (6, 6, 1), seed=seed, dtype=dtype)


def trained(steps=4, **options):
    network = resnet()
    update = Update(Adam(network), **options)
    for step in range(steps):
        train_step(network, LOSS, update, (X[step::2], T[step::2], None), 0.01)
    return network, update


def test_theta_and_state_are_two_parts_of_one_vector():
    network = resnet()
    assert network.values.size == network.theta.size + network.state.size
    assert np.shares_memory(network.theta, network.values) and np.shares_memory(network.state, network.values)
    assert network.state.size == sum(slot.view(network.state).size for slot in network.state_slots) > 0
    assert not any(name.endswith((".mean", ".variance")) for name in network.factors)
    for slot in network.state_slots:
        assert set(slot.view(network.state).flat) == {0.0 if slot.name.endswith(".mean") else 1.0}


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net)), Network.replica])
def test_copies_predict_and_go_on_with_the_same_bits(duplicate):
    network, update = trained()
    twin = duplicate(network)
    np.testing.assert_array_equal(twin.forward(X), network.forward(X))
    if duplicate is not Network.replica:
        again = Update(Adam(twin))
        again.restore({name: array.copy() for name, array in update.tensors().items()}, update.optimizer.steps)
        batch = X, T, None
        assert train_step(twin, LOSS, again, batch, 0.01) == train_step(network, LOSS, update, batch, 0.01)
        np.testing.assert_array_equal(twin.values, network.values)
        twin.values[...] = 0
        assert np.any(network.values)


def test_a_replica_shares_the_statistics():
    network, _ = trained()
    replica = network.replica()
    assert np.shares_memory(replica.state, network.state)
    network.state[...] = RNG.uniform(0.5, 1.5, network.state.size)
    np.testing.assert_array_equal(replica.forward(X), network.forward(X))


def test_the_best_weights_keep_their_statistics():
    network, update = trained()
    best = Best(network)
    best.update(0, 1.0)
    expected = network.forward(X).copy()
    train_step(network, LOSS, update, (X, T, None), 0.1)
    best.update(1, 2.0)
    assert not np.array_equal(network.forward(X), expected)
    best.restore()
    np.testing.assert_array_equal(network.forward(X), expected)


def test_the_average_is_over_weights_and_statistics_alike():
    network = resnet(dtype=np.float64)
    average = WeightAverage(network, 0.5)
    expected = network.values.copy()
    for step in range(1, 6):
        network.values[...] = RNG.uniform(0.5, 1.5, network.values.size)
        keep = min(0.5, (1 + step) / (10 + step))
        expected = keep * expected + (1 - keep) * network.values
        average.update(step)
    held = network.values.copy()
    with average.applied():
        np.testing.assert_allclose(network.values, expected)
    np.testing.assert_array_equal(network.values, held)


class Parts(Checkpoint):
    """A run with batch norm, its best epoch and its average."""

    @classmethod
    def at_start(cls):
        network = resnet(seed=3)
        return cls(network, Best(network), Update(Adam(network), average=0.9), schedules.constant(0.01), [])

    def run(self, until):
        options = {"epochs": until, "start": len(self.epochs), "schedule": self.schedule}
        for epoch in fit(self.network, LOSS, self.update, Batches(X, T, 16, seed=3), **options):
            self.epochs.append(epoch)
            with self.update.final_weights():
                self.best.update(epoch.number, epoch.loss)
        return self

    def everything(self):
        arrays = [self.network.values, self.best.values, *self.update.tensors().values()]
        records = [dataclasses.replace(epoch, seconds=0, pictures_per_second=0) for epoch in self.epochs]
        return [array.tobytes() for array in arrays], records


@pytest.mark.parametrize("saved", [0, 2])
def test_a_resumed_run_with_batch_norm_ends_in_the_same_bits(tmp_path, saved):
    undisturbed = Parts.at_start().run(4).everything()
    Parts.at_start().run(saved).save(tmp_path / "checkpoint.safetensors", {})
    after = Parts.at_start()
    after.load(tmp_path / "checkpoint.safetensors")
    assert after.run(4).everything() == undisturbed


def classifier(network):
    spec = InputSpec(shape=(6, 6, 1), value_range=(-9.0, 9.0), normalisation="none")
    return Classifier(network=network, input=spec, classes=("a", "b"))


def test_a_model_file_holds_the_statistics(tmp_path):
    network, _ = trained()
    classifier(network).save(tmp_path / "model.safetensors")
    loaded = Classifier.load(tmp_path / "model.safetensors").network
    np.testing.assert_array_equal(loaded.values, network.values)
    loaded = loaded.replica(network.kernels)
    np.testing.assert_array_equal(predict_outputs(loaded, [(X, T, None)]), predict_outputs(network, [(X, T, None)]))


def test_a_model_file_without_its_statistics_is_refused(tmp_path, monkeypatch):
    network, _ = trained()
    learned = {name: array for name, array in network.tensors().items() if not name.endswith(".mean")}
    monkeypatch.setattr(network, "tensors", lambda: learned)
    classifier(network).save(tmp_path / "model.safetensors")
    with pytest.raises(ModelFileError, match=r"tensor 1\.mean is missing"):
        Classifier.load(tmp_path / "model.safetensors")


def test_a_step_that_fails_leaves_the_statistics_as_they_were():
    network, update = trained()
    before = network.values.copy()
    x = X.copy()
    x[0, 0, 0] = np.inf
    with np.errstate(all="ignore"):
        _, norm, _ = train_step(network, LOSS, update, (x, T, None), 0.01)
    assert math.isnan(norm)
    np.testing.assert_array_equal(network.values, before)


def test_a_run_that_diverges_leaves_statistics_that_are_numbers():
    network = resnet()
    network.set_factor("0.W", 0)
    with pytest.raises(TrainingDiverged):
        list(fit(network, LOSS, Update(SGD(network)), Batches(X, T, 8), epochs=20, schedule=schedules.constant(1e25)))
    assert np.all(np.isfinite(network.values))
