"""The doctor changes nothing, looks rarely, and names each fault once. What it finds stands in tests/test_planted.py."""

import dataclasses
import json
import math
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from pellucid.nn import (
    Activation,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MeanSquaredError,
    Network,
    Reconstruction,
    SoftmaxCrossEntropy,
    presets,
)
from pellucid.optim import OPTIMIZERS, SGD, Adam, Update, schedules
from pellucid.training import Doctor, Epoch, Finding, fit, fit_lbfgs
from pellucid.training.doctor import FAULTS
from pellucid.training.doctor.look import Patient
from pellucid.training.doctor.sample import PICTURES, Sample
from tests.problems import Batches, clusters, digits

X, T = clusters(300, 6, 3, spread=0.3)
LOSS = SoftmaxCrossEntropy()


def doctored(network, *, doctor=True, optimizer=Adam, rate=0.01, epochs=4, batches=None, loss=LOSS, **options):
    """The epochs and all findings of a training."""
    batches = batches or Batches(X, T, 20, seed=0)
    update = Update(optimizer(network), average=0.9)
    called = Doctor(network, loss, update, batches, epochs=epochs, **options) if doctor else None
    found, records = list(called.before) if called else [], []
    for epoch in fit(network, loss, update, batches, epochs=epochs, schedule=schedules.constant(rate)):
        records.append(epoch)
        found += called.examine(epoch) if called else []
    return records, found


def mlp(seed=0, hidden=(12,), **options):
    return Network(presets.mlp(hidden, 3, **options), (6,), seed=seed)


# It changes nothing


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_the_same_bits_with_it_and_without(optimizer):
    networks = [mlp(dropout=0.3), mlp(dropout=0.3)]
    with_it, without = (
        doctored(network, doctor=wanted, optimizer=optimizer)[0] for network, wanted in zip(networks, (True, False))
    )
    np.testing.assert_array_equal(networks[0].values, networks[1].values)
    assert [epoch.loss for epoch in with_it] == [epoch.loss for epoch in without]


@pytest.mark.parametrize("kernels", ["reference", pytest.param("compiled", marks=pytest.mark.slow)])
def test_the_same_bits_with_convolutions_and_running_statistics(kernels, monkeypatch):
    monkeypatch.setenv("PELLUCID_KERNELS", kernels)
    x, t = digits()
    batches = Batches(x[:200].reshape(-1, 8, 8, 1), t[:200], 16, seed=0)
    chain = [Conv2D(4, bias=False), BatchNorm(), Flatten(), Dense(16, "relu"), Dropout(0.2), Dense(10)]
    networks = [Network(chain, (8, 8, 1)) for _ in range(2)]
    for network, wanted in zip(networks, (True, False)):
        doctored(network, doctor=wanted, batches=batches, epochs=2)
    np.testing.assert_array_equal(networks[0].values, networks[1].values)


def test_it_leaves_network_optimiser_and_batches_alone():
    network = mlp()
    update, batches = Update(Adam(network)), Batches(X, T, 20, seed=0)
    before = pickle.dumps((network, update))
    doctor = Doctor(network, LOSS, update, batches, epochs=3)
    doctor.examine(record(0))
    assert pickle.dumps((network, update)) == before
    assert not np.any(network.grad) and not network.layers[1]._buffers.arrays


def test_a_relu_that_another_layer_computes_is_looked_at_too():
    """Batch norm applies the ReLU that follows it (`nn.fusion`)."""
    network = Network([Dense(12), BatchNorm(), Activation("relu"), Dense(3)], (6,))
    units = Patient(network, LOSS, None, Sample.take(Batches(X, T, 20), LOSS)).look().units
    assert [(each.layer, each.activation) for each in units] == [
        ("layer 0 (Dense)", "linear"),
        ("layer 2 (Activation)", "relu"),
        ("layer 3 (Dense)", "linear"),
    ]
    assert units[1].dead == 0 and 0 < units[1].size < 2


# When it looks


def record(number, **values):
    """A record of an epoch in which all went well."""
    return Epoch(
        **{
            "number": number,
            "step": 15 * (number + 1),
            "loss": 0.5,
            "accuracy": 0.9,
            "penalty": 0.0,
            "learning_rate": 0.01,
            "gradient_norm": 1.0,
            "seconds": 0.1,
            "pictures_per_second": 3000.0,
        }
        | values
    )


@pytest.fixture
def looks(monkeypatch):
    """The epochs after which the network was looked at; -1: before the first."""
    seen, look = [], Patient.look

    def counted(patient, *arguments, **options):
        seen.append(epoch[0])
        return look(patient, *arguments, **options)

    epoch = [-1]
    monkeypatch.setattr(Patient, "look", counted)
    return seen, epoch


@pytest.mark.parametrize(("pictures", "epochs"), [(300, 100), (3000, 20)])
def test_it_looks_rarely(looks, pictures, epochs):
    seen, now = looks
    network, (x, t) = mlp(), clusters(pictures, 6, 3)
    doctor = Doctor(network, LOSS, Update(Adam(network)), Batches(x, t, 50), epochs=epochs)
    for number in range(epochs):
        now[0] = number
        doctor.examine(record(number))
    assert seen[:2] == [-1, 0] and epochs // 4 in seen
    assert len(seen) * PICTURES < 0.03 * pictures * epochs + 3 * PICTURES


def test_a_sample_is_spread_over_a_batch_that_is_sorted_by_class():
    order = np.argsort(T, kind="stable")
    sample = Sample.take(Batches(X[order], T[order], 300), LOSS)
    assert len(sample) == PICTURES and np.bincount(sample.t).min() >= PICTURES // 3 - 1


def test_a_sample_of_few_pictures_and_of_large_ones():
    assert len(Sample.take(Batches(X[:50], T[:50], 20), LOSS)) == 50
    large = np.broadcast_to(np.float32(0), (20, 1024, 1024, 3))
    assert len(Sample.take(Batches(large, T[:20], 4), LOSS)) == 4, "no more memory than a batch takes"


def test_weights_of_pictures_are_heeded():
    w = np.linspace(0, 1, 300, dtype=np.float32)
    sample = Sample.take(Batches(X, T, 20, w=w), LOSS)
    assert sample.w.shape == (PICTURES,)
    network = mlp()
    look = Patient(network, LOSS, None, sample).look()
    assert look.loss == pytest.approx(LOSS(network.forward(sample.x), sample.t, sample.w)[0], rel=1e-6)


# What it says


def test_a_healthy_training_is_left_in_peace():
    assert doctored(mlp(), epochs=12)[1] == []


def test_a_fault_is_named_once_with_its_epoch_and_its_cure():
    found = doctored(mlp(hidden=(30,)), optimizer=SGD, rate=5.0, epochs=12)[1]
    assert len({finding.fault for finding in found}) == len(found)
    dead = next(finding for finding in found if finding.fault == "dead units")
    assert dead.epoch == 0 and dead.fault in FAULTS
    assert re.fullmatch(r"\d\d of 30 units in layer 1 \(Dense\) never fire", dead.what)
    assert dead.cure == "lower the learning rate (now 5) or use leaky ReLU (--set network.activation=leaky_relu)"
    assert str(dead) == f"{dead.what}; {dead.cure}"


def test_one_cause_is_not_named_by_its_consequences():
    found = doctored(mlp(), batches=Batches(500 * X, T, 20, seed=0))[1]
    assert [finding.fault for finding in found] == ["data not scaled"] and found[0].epoch is None


def test_a_network_that_normalises_needs_no_scaled_data():
    network = Network([BatchNorm(), *presets.mlp((12,), 3)], (6,))
    assert doctored(network, batches=Batches(500 * X, T, 20, seed=0), epochs=8)[1] == []


def test_a_resumed_run_hears_nothing_twice():
    network, batches = mlp(), Batches(500 * X, T, 20, seed=0)
    update = Update(Adam(network))
    first = Doctor(network, LOSS, update, batches, epochs=9)
    history = [dataclasses.replace(record(0), findings=(*first.before, *first.examine(record(0))))]
    again = Doctor(network, LOSS, update, batches, epochs=9, history=history)
    assert history[0].findings and again.before == ()
    assert not {finding.fault for finding in again.examine(record(1))} & {finding.fault for finding in history[0].findings}


def test_frozen_parameters_lack_no_gradient():
    network = mlp(hidden=(12, 12))
    network.set_factor("1.*", 0)
    assert doctored(network, epochs=8)[1] == []


def test_parameters_may_be_freed_on_the_way():
    network = mlp(hidden=(12, 12))
    network.set_factor("1.*", 0)
    update, batches = Update(Adam(network)), Batches(X, T, 20, seed=0)
    doctor = Doctor(network, LOSS, update, batches, epochs=8)
    for epoch in fit(network, LOSS, update, batches, epochs=8, schedule=schedules.constant(0.01)):
        assert doctor.examine(epoch) == ()
        network.set_factor("1.*", 0.5)


def test_it_watches_an_autoencoder():
    network = Network(presets.autoencoder((6,), 4, hidden=(12,), output_activation="linear"), (6,))
    assert doctored(network, batches=Batches(X, X, 20, seed=0), loss=MeanSquaredError(), epochs=6)[1] == []


def test_it_watches_a_reconstruction():
    """Labels are there, and say nothing."""
    network = Network(presets.autoencoder((6,), 4, hidden=(12,), output_activation="linear"), (6,))
    options = {"loss": Reconstruction(), "labels": T, "validation": 30}
    assert doctored(network, batches=Batches(X, T, 20, seed=0), epochs=6, **options)[1] == []


def test_it_watches_l_bfgs():
    network = Network(presets.mlp((8,), 3), (6,), dtype=np.float64)
    batches = Batches(X.astype(np.float64), T, 300)
    doctor = Doctor(network, LOSS, None, batches, epochs=2)
    for epoch in fit_lbfgs(network, LOSS, batches, epochs=2):
        assert doctor.examine(epoch) == ()


def test_overfitting_begins_at_the_best_epoch():
    doctor = Doctor(mlp(), LOSS, None, Batches(X, T, 20), epochs=20, validation=500)
    losses = [1.0, 0.6, 0.4, 0.41, 0.5, 0.55, 0.6, 0.62]
    found = [
        doctor.examine(record(number, loss=1 / (number + 1), validation_loss=loss, validation_accuracy=0.8))
        for number, loss in enumerate(losses)
    ]
    [finding] = [finding for each in found for finding in each]
    assert finding.fault == "overfitting"
    assert finding.what.startswith("overfitting since epoch 3: the validation loss rose from 0.4 to")


def test_a_validation_loss_that_wobbles_is_no_overfitting():
    doctor = Doctor(mlp(), LOSS, None, Batches(X, T, 20), epochs=20, validation=500)
    for number, loss in enumerate([1.0, 0.4, 0.6, 0.7, 0.45, 0.6, 0.45, 0.7, 0.44]):
        assert doctor.examine(record(number, loss=1 / (number + 1), validation_loss=loss, validation_accuracy=0.8)) == ()


def test_a_loss_that_falls_is_learning_however_few_pictures_show_it():
    """60 of 100 right is no more than chance where 50 are; but a loss of 0.5 is not that of guessing."""
    x, t = clusters(100, 6, 2)
    network = Network(presets.mlp((12,), 2), (6,))

    def faults(loss):
        doctor = Doctor(network, LOSS, None, Batches(x, t, 2), epochs=4, labels=t)
        return {finding.fault for number in range(4) for finding in doctor.examine(record(number, accuracy=0.6, loss=loss))}

    assert "labels at random" in faults(0.69)
    assert "labels at random" not in faults(0.5)


def test_the_slope_tells_a_wrong_gradient():
    class Half(SoftmaxCrossEntropy):
        def __call__(self, z, t, w=None, *kernels):
            value, dz = super().__call__(z, t, w, *kernels)
            return value, dz / 2

    sample = Sample.take(Batches(X, T, 20), LOSS)
    assert Patient(mlp(), LOSS, None, sample).look(slope=True).slope == pytest.approx(1, abs=0.01)
    assert Patient(mlp(), Half(), None, sample).look(slope=True).slope == pytest.approx(2, abs=0.02)


def test_next_to_no_gradient_has_no_slope():
    """Outputs at their ends: a step that should lower the loss noticeably would be longer than all weights together."""
    network, loss = Network(presets.mlp((12,), 3, output_activation="sigmoid"), (6,)), MeanSquaredError()
    network.layers[-1].b[...] = -15
    look = Patient(network, loss, None, Sample.take(Batches(X, T, 20), loss)).look(slope=True)
    gradient = math.hypot(*look.gradients.values())
    assert 0 < gradient < 1e-4 * look.loss / (0.1 * np.linalg.norm(network.theta))
    assert math.isnan(look.slope)


def test_findings_go_through_json():
    found = (Finding("dead units", 3, "what", "cure"), Finding("data not scaled", None, "what", "cure"))
    epoch = record(3, findings=found)
    line = json.dumps(epoch.to_json(), allow_nan=False)
    assert json.loads(line)["findings"][0] == {"fault": "dead units", "epoch": 3, "what": "what", "cure": "cure"}
    assert Epoch.from_json(json.loads(line)) == epoch
    assert Epoch.from_json(json.loads(json.dumps(record(0).to_json()))) == record(0)


def test_the_page_describes_every_fault():
    page = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| ([a-z ]+) \|", page, re.MULTILINE) == ["fault", *FAULTS]
