"""The loop: what it learns, what it records, how it stops, and that the same seed gives the same bits."""

import itertools
import json
import math
import sys

import numpy as np
import pytest
import threadpoolctl

from pellucid.errors import TrainingDiverged
from pellucid.nn import Dense, Network, SoftmaxCrossEntropy, presets
from pellucid.nn.losses import LOSSES
from pellucid.optim import OPTIMIZERS, SGD, Adam, Penalty, Update, schedules
from pellucid.training import fit, measure
from tests.problems import Batches, clusters, digits

X, T = clusters(90, 6, 3, spread=0.3)


def network(seed=0, dropout=0.0, **options):
    return Network(presets.mlp([12], 3, dropout=dropout), (6,), seed=seed, **options)


def trained(net=None, *, epochs=3, size=20, rate=0.05, w=None, optimizer=Adam, **options):
    """A network after training, and the epochs it went through."""
    net = net or network()
    update = Update(optimizer(net), **{key: options.pop(key) for key in ("average", "penalty") if key in options})
    batches = Batches(X, T, size, w=w, seed=0)
    options.setdefault("schedule", schedules.constant(rate))
    return net, list(fit(net, SoftmaxCrossEntropy(), update, batches, epochs=epochs, **options))


class Watched(Batches):
    """Batches that remember the parameters before each step."""

    def __init__(self, net, *arguments, **options):
        super().__init__(*arguments, **options)
        self.net, self.before = net, []

    def epoch(self, number):
        for batch in super().epoch(number):
            self.before.append(self.net.theta.copy())
            yield batch


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("loss", [name for name, loss in LOSSES.items() if loss.names_classes])
def test_it_learns_what_can_be_separated(loss, optimizer):
    net = network()
    update = Update(optimizer(net))
    rate = 0.3 if optimizer.name in ("sgd", "adagrad") else 0.03
    epochs = list(
        fit(net, LOSSES[loss](), update, Batches(X, T, 10, seed=0), epochs=30, schedule=schedules.constant(rate))
    )
    assert measure(net, LOSSES[loss](), Batches(X, T, 90).epoch(0)).accuracy == 1
    assert epochs[-1].loss < 0.3 * epochs[0].loss


def test_the_record_of_an_epoch():
    _, epochs = trained(epochs=2, schedule=lambda step: 0.01 * (step + 1))
    assert [epoch.number for epoch in epochs] == [0, 1]
    assert [epoch.step for epoch in epochs] == [5, 10]  # 90 pictures in batches of 20
    assert [epoch.learning_rate for epoch in epochs] == [0.05, 0.1]  # of the last step
    for epoch in epochs:
        assert epoch.seconds > 0 and epoch.pictures_per_second == pytest.approx(90 / epoch.seconds)
        assert 0 <= epoch.accuracy <= 1 and epoch.gradient_norm > 0 and epoch.penalty == 0 and not epoch.partial
        assert epoch.validation_loss is None and epoch.watched_loss == epoch.loss


def test_loss_and_accuracy_are_means_over_all_pictures():
    """The last batch is smaller and counts less; with a learning rate of 0 the pass is a measurement."""
    net, (epoch,) = trained(epochs=1, rate=0.0)
    seen = measure(net, SoftmaxCrossEntropy(), Batches(X, T, 90).epoch(0))
    assert epoch.loss == pytest.approx(seen.loss, rel=1e-6)
    assert epoch.accuracy == seen.accuracy


def test_weights_are_part_of_the_loss_and_not_of_the_accuracy():
    w = np.random.default_rng(0).random(90).astype(np.float32)
    net, (epoch,) = trained(epochs=1, rate=0.0, w=w)
    loss, _ = SoftmaxCrossEntropy()(net.forward(X), T, w)
    assert epoch.loss == pytest.approx(loss, rel=1e-5)
    assert epoch.accuracy == measure(net, SoftmaxCrossEntropy(), Batches(X, T, 90).epoch(0)).accuracy


def test_the_penalty_is_reported_apart():
    plain = trained(epochs=1, rate=0.0)[1][0]
    net, (epoch,) = trained(epochs=1, rate=0.0, penalty=Penalty(l1=0.1, l2=0.2))
    assert epoch.loss == plain.loss
    assert epoch.penalty == pytest.approx(Penalty(0.1, 0.2).value(net))


def test_every_step_asks_the_schedule_once():
    asked = []
    trained(epochs=2, schedule=lambda step: asked.append(step) or 0.1)
    assert asked == list(range(10))


# Same bits


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_the_same_seed_gives_the_same_bits(optimizer):
    options = {"dropout": 0.3, "seed": 5}
    (first, epochs), (second, again) = (trained(network(**options), optimizer=optimizer, rate=0.01) for _ in range(2))
    np.testing.assert_array_equal(first.theta, second.theta)
    assert [epoch.loss for epoch in epochs] == [epoch.loss for epoch in again]


def test_another_seed_gives_other_bits():
    assert not np.array_equal(trained(network(seed=1))[0].theta, trained(network(seed=2))[0].theta)


def test_resuming_in_the_middle_gives_the_same_bits():
    net, epochs = trained(network(dropout=0.3), epochs=4, optimizer=SGD)
    half, _ = trained(network(dropout=0.3), epochs=2, optimizer=SGD)
    half, rest = trained(half, epochs=4, start=2, optimizer=SGD)
    np.testing.assert_array_equal(half.theta, net.theta)
    assert [(epoch.number, epoch.step, epoch.loss) for epoch in rest] == [
        (epoch.number, epoch.step, epoch.loss) for epoch in epochs[2:]
    ]


@pytest.mark.parametrize("size", [64, 1797])
def test_the_number_of_blas_threads_changes_no_bit(size):
    x, t = digits()
    thetas = []
    for threads in (1, 2, 4):
        net = Network(presets.mlp([64, 64], 10), (64,))
        options = {"epochs": 1, "schedule": schedules.constant(0.01)}
        with threadpoolctl.threadpool_limits(threads, "blas"):
            list(fit(net, SoftmaxCrossEntropy(), Update(Adam(net)), Batches(x, t, size), **options))
        thetas.append(net.theta)
    assert all(np.array_equal(thetas[0], theta) for theta in thetas)


# What fit holds, and what it leaves alone


def blas_threads():
    return [library["num_threads"] for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"]


def test_nothing_is_held_across_a_yield():
    seen = []

    class Looking(Batches):
        def epoch(self, number):
            for batch in super().epoch(number):
                seen.append(blas_threads())
                yield batch

    net = network()
    with threadpoolctl.threadpool_limits(2, "blas"):
        wished, errors = blas_threads(), np.geterr()
        batches = Looking(X, T, 30)
        options = {"epochs": 3, "schedule": schedules.constant(0.1), "validation": Looking(X, T, 90)}
        for _ in fit(net, SoftmaxCrossEntropy(), Update(SGD(net), average=0.9), batches, **options):
            assert blas_threads() == wished and np.geterr() == errors
            theta = net.theta.copy()
        np.testing.assert_array_equal(net.theta, theta)
        for _ in fit(net, SoftmaxCrossEntropy(), Update(SGD(net)), batches, **options):
            break  # the caller's early stopping
        assert blas_threads() == wished and np.geterr() == errors
    assert set(itertools.chain(*seen)) == {1}


def test_validation_sees_the_averaged_weights_and_gives_the_others_back():
    net = network()
    update = Update(SGD(net), average=0.9)
    validation = Batches(*clusters(60, 6, 3, seed=1, spread=2.0), 60)
    options = {"epochs": 2, "schedule": schedules.constant(0.5), "validation": validation}
    for epoch in fit(net, SoftmaxCrossEntropy(), update, Batches(X, T, 20), **options):
        own = measure(net, SoftmaxCrossEntropy(), validation.epoch(0))
        net.theta[...], kept = update.average.values, net.theta.copy()
        averaged = measure(net, SoftmaxCrossEntropy(), validation.epoch(0))
        net.theta[...] = kept
        assert (epoch.validation_loss, epoch.validation_accuracy) == averaged != own
        assert epoch.watched_loss == averaged.loss


def test_validation_has_no_part_in_training():
    plain, _ = trained(network(dropout=0.3), average=0.9)
    watched, _ = trained(network(dropout=0.3), average=0.9, validation=Batches(X, T, 30))
    np.testing.assert_array_equal(plain.theta, watched.theta)


# Stopping


def after(count):
    """False `count` times, then True."""
    asked = itertools.count()
    return lambda: next(asked) >= count


def test_a_stop_before_the_first_step_leaves_everything():
    before = network().theta
    net, epochs = trained(stop=lambda: True)
    assert epochs == []
    np.testing.assert_array_equal(net.theta, before)


@pytest.mark.parametrize("count", [1, 4, 6, 9])
def test_a_stop_on_the_way_gives_a_partial_epoch(count):
    net, epochs = trained(epochs=3, stop=after(count), validation=Batches(X, T, 90))
    assert epochs[-1].partial and epochs[-1].step == count and len(epochs) == 1 + count // 5
    assert epochs[-1].validation_loss is not None
    twin = network()
    batches = Watched(twin, X, T, 20, seed=0)
    list(fit(twin, SoftmaxCrossEntropy(), Update(Adam(twin)), batches, epochs=3, schedule=schedules.constant(0.05)))
    np.testing.assert_array_equal(net.theta, batches.before[count])  # exactly so many steps were taken


def test_a_stop_that_is_taken_back_has_ended_the_run():
    asked = itertools.count()
    _, epochs = trained(epochs=3, stop=lambda: next(asked) == 7)
    assert [epoch.partial for epoch in epochs] == [False, True]


def test_a_stop_between_two_epochs_leaves_whole_ones():
    _, epochs = trained(epochs=3, stop=after(10))
    assert [epoch.partial for epoch in epochs] == [False, False]


def test_no_epochs_left():
    assert trained(epochs=2, start=2)[1] == []


# Divergence


def test_a_huge_learning_rate_is_named_and_the_parameters_before_the_step_are_kept():
    net = network()
    batches = Watched(net, X, T, 20)
    run = fit(net, SoftmaxCrossEntropy(), Update(SGD(net)), batches, epochs=5, schedule=schedules.constant(1e30))
    with pytest.raises(TrainingDiverged) as caught:
        list(run)
    error, step = caught.value, len(batches.before) - 1
    assert (error.step, error.epoch, error.learning_rate) == (step, step // 5, 1e30)
    assert f"at step {step} (epoch {step // 5 + 1}) with learning rate 1e+30" in str(error)
    assert "try a learning rate of 1e+29, clipping" in str(error) and "\n" not in str(error)
    np.testing.assert_array_equal(net.theta, batches.before[-1])
    assert step > 0 and not np.array_equal(net.theta, network().theta)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_bad_pixels_are_noticed_before_they_reach_the_parameters(bad):
    x = X.copy()
    x[47, 2] = bad  # in the third batch
    net = network()
    batches, update = Watched(net, x, T, 20), Update(Adam(net), average=0.9)
    with pytest.raises(TrainingDiverged, match="the loss is nan at step 2"):
        list(fit(net, SoftmaxCrossEntropy(), update, batches, epochs=1, schedule=schedules.constant(0.01)))
    np.testing.assert_array_equal(net.theta, batches.before[2])
    assert update.optimizer.steps == 2
    assert np.all(np.isfinite(update.optimizer.state)) and np.all(np.isfinite(update.average.values))


def test_a_gradient_that_is_not_finite_is_named():
    class Steep(SoftmaxCrossEntropy):
        def __call__(self, z, t, w=None, *kernels):
            value, dz = super().__call__(z, t, w, *kernels)
            dz[0, 0] = np.inf
            return value, dz

    net = network()
    start = net.theta.copy()
    with pytest.raises(TrainingDiverged, match="the gradient is not finite at step 0"):
        list(fit(net, Steep(), Update(SGD(net)), Batches(X, T, 20), epochs=1, schedule=schedules.constant(0.1)))
    np.testing.assert_array_equal(net.theta, start)


def test_blas_and_warnings_are_given_back_after_a_divergence():
    with threadpoolctl.threadpool_limits(2, "blas"):
        wished, errors = blas_threads(), np.geterr()
        with pytest.raises(TrainingDiverged):
            trained(rate=1e30, optimizer=SGD)
        assert blas_threads() == wished and np.geterr() == errors


# metrics.jsonl


def test_an_epoch_is_a_line_of_valid_json():
    for epoch in trained(epochs=2, validation=Batches(X, T, 90), penalty=Penalty(l2=0.1))[1]:
        line = json.dumps(epoch.to_json(), allow_nan=False)
        assert type(epoch).from_json(json.loads(line)) == epoch


def test_what_json_cannot_say_becomes_null():
    epoch = trained(epochs=1)[1][0]
    broken = type(epoch)(**{**epoch.to_json(), "gradient_norm": math.inf, "validation_loss": math.nan})
    values = json.loads(json.dumps(broken.to_json(), allow_nan=False))
    assert values["gradient_norm"] is None and values["validation_loss"] is None
    again = type(epoch).from_json(values)
    assert math.isnan(again.gradient_norm) and str(again) == str(epoch).partition(", validation")[0]


def test_an_epoch_in_one_line():
    epoch = trained(epochs=1, validation=Batches(X, T, 90))[1][0]
    text = str(epoch)
    assert text.startswith("epoch 1: loss ") and "validation loss" in text and "\n" not in text


def test_the_seconds_of_an_epoch_are_without_compilation(monkeypatch):
    spent = iter([0.0, -1000.0])  # of compiling, before the epoch and after it
    monkeypatch.setattr(sys.modules[fit.__module__], "seconds_compiling", lambda: next(spent))
    assert 1000 <= trained(epochs=1)[1][0].seconds < 2000


def test_measuring_in_any_batches_gives_the_same():
    net = Network([Dense(3)], (6,), dtype=np.float64)
    x, w = X.astype(np.float64), np.linspace(0, 1, 90)
    whole = measure(net, SoftmaxCrossEntropy(), Batches(x, T, 90, w=w).epoch(0))
    parts = measure(net, SoftmaxCrossEntropy(), Batches(x, T, 7, w=w).epoch(0))
    assert parts.loss == pytest.approx(whole.loss, rel=1e-12) and parts.accuracy == whole.accuracy
