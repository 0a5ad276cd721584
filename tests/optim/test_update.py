"""What happens between the gradient and the next batch: penalty, clipping, step, average; in this order."""

import numpy as np
import pytest

from pellucid.nn import Dense, Network
from pellucid.optim import SGD, Adam, Penalty, Update, WeightAverage


def network(dtype=np.float64):
    net = Network([Dense(3), Dense(2)], (4,), seed=1, dtype=dtype)
    net.theta[net.decaying :] = [0.5, -0.5, 1, 2, -2]
    return net


# Penalty


@pytest.mark.parametrize(("l1", "l2"), [(0.3, 0.0), (0.0, 0.7), (0.3, 0.7)])
def test_the_penaltys_gradient_is_its_slope(l1, l2):
    net, penalty = network(), Penalty(l1, l2)
    net.grad[...] = 0
    penalty.add_gradient(net, np.empty_like(net.grad))
    for place in range(net.theta.size):
        start, h = net.theta[place], 1e-6
        net.theta[place] = start + h
        up = penalty.value(net)
        net.theta[place] = start - h
        down = penalty.value(net)
        net.theta[place] = start
        assert net.grad[place] == pytest.approx((up - down) / (2 * h), abs=1e-8)


def test_the_penalty_in_numbers():
    net = Network([Dense(1)], (2,), dtype=np.float64)
    net.theta[...] = [3, -4, 100]  # two weights and a bias, which costs nothing
    assert Penalty(l1=0.1).value(net) == pytest.approx(0.7)
    assert Penalty(l2=0.1).value(net) == pytest.approx(1.25)
    net.grad[...] = 1
    Penalty(0.1, 0.1).add_gradient(net, np.empty_like(net.grad))
    np.testing.assert_allclose(net.grad, [1 + 0.1 + 0.3, 1 - 0.1 - 0.4, 1])


def test_a_weight_of_zero_is_left_at_zero_by_l1():
    net = network()
    net.theta[0] = net.grad[0] = 0
    Penalty(l1=1.0).add_gradient(net, np.empty_like(net.grad))
    assert net.grad[0] == 0


@pytest.mark.parametrize(("l1", "l2"), [(-0.1, 0), (0, -1e-9)])
def test_a_negative_penalty_is_refused(l1, l2):
    with pytest.raises(ValueError, match="cannot be negative"):
        Penalty(l1, l2)


def test_an_update_with_a_penalty_moves_by_both_gradients():
    net = network()
    start = net.theta.copy()
    Update(SGD(net), penalty=Penalty(l2=0.5))(0.1)  # grad is 0
    np.testing.assert_allclose(net.theta[: net.decaying], start[: net.decaying] * (1 - 0.05))
    np.testing.assert_array_equal(net.theta[net.decaying :], start[net.decaying :])


def test_a_penalty_of_nothing_is_no_penalty():
    assert Update(SGD(network()), penalty=Penalty()).penalty is None


# Clipping


@pytest.mark.parametrize(("limit", "moved"), [(0.0, 5.0), (10.0, 5.0), (5.0, 5.0), (2.0, 2.0), (1e-6, 1e-6)])
def test_clipping_shortens_a_long_gradient_and_keeps_its_direction(limit, moved):
    net = network()
    start, direction = net.theta.copy(), np.zeros(net.theta.size)
    direction[[1, 7]] = 0.6, -0.8
    net.grad[...] = 5 * direction
    assert Update(SGD(net), clip_norm=limit)(1.0) == pytest.approx(5)  # the norm before clipping is reported
    np.testing.assert_allclose(net.theta, start - moved * direction, atol=1e-15)


def test_the_penalty_is_clipped_too():
    net = network()
    start = net.theta.copy()
    norm = Update(SGD(net), penalty=Penalty(l2=1000.0), clip_norm=1.0)(1.0)
    assert norm == pytest.approx(1000 * np.linalg.norm(start[: net.decaying]))
    assert np.linalg.norm(net.theta - start) == pytest.approx(1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_changes_nothing(bad):
    net = network()
    update = Update(Adam(net), clip_norm=1.0, average=0.9)
    net.grad[...] = 1
    update(0.1)
    held = [net.theta.copy(), *(array.copy() for array in update.tensors().values())]
    net.grad[3] = bad
    with np.errstate(invalid="ignore"):
        assert not np.isfinite(update(0.1))
    for before, after in zip(held, [net.theta, *update.tensors().values()], strict=True):
        np.testing.assert_array_equal(before, after)
    assert update.optimizer.steps == 1


# Weight average


def test_the_average_is_its_formula():
    net = network()
    average, expected = WeightAverage(net, 0.8), net.theta.copy()
    rng = np.random.default_rng(0)
    for step in range(1, 100):
        net.theta[...] = rng.standard_normal(net.theta.size)
        average.update(step)
        keep = min(0.8, (1 + step) / (10 + step))  # 0.8 from step 35 on
        expected = keep * expected + (1 - keep) * net.theta
    np.testing.assert_allclose(average.values, expected, rtol=1e-12)


def test_the_average_of_weights_that_stay_is_these_weights():
    net = network()
    average = WeightAverage(net, 0.999)
    for step in range(1, 50):
        average.update(step)
    np.testing.assert_allclose(average.values, net.theta, rtol=1e-13)


def test_averaged_weights_are_lent_and_taken_back():
    net = network()
    update = Update(SGD(net), average=0.5)
    net.grad[...] = 1
    update(1.0)
    own, averaged = net.theta.copy(), update.average.values.copy()
    assert not np.array_equal(own, averaged)
    with pytest.raises(KeyError), update.final_weights():
        np.testing.assert_array_equal(net.theta, averaged)
        raise KeyError
    np.testing.assert_array_equal(net.theta, own)
    np.testing.assert_array_equal(update.average.values, averaged)


def test_without_an_average_the_final_weights_are_the_weights():
    net = network()
    before = net.theta.copy()
    with Update(SGD(net)).final_weights():
        np.testing.assert_array_equal(net.theta, before)


@pytest.mark.parametrize("decay", [-0.1, 0.0, 1.0, np.nan])
def test_a_decay_outside_0_to_1_is_refused(decay):
    with pytest.raises(ValueError, match="between 0 and 1"):
        WeightAverage(network(), decay)


def test_what_a_checkpoint_holds_goes_on_in_the_same_bits():
    first, second = network(np.float32), network(np.float32)
    updates = [Update(Adam(net), clip_norm=1.0, average=0.9) for net in (first, second)]
    rng = np.random.default_rng(0)
    gradients = rng.standard_normal((6, first.theta.size))
    for gradient in gradients[:3]:
        first.grad[...] = gradient
        updates[0](0.01)
    second.theta[...] = first.theta
    updates[1].restore({name: array.copy() for name, array in updates[0].tensors().items()}, updates[0].optimizer.steps)
    for gradient in gradients[3:]:
        for net, update in zip((first, second), updates, strict=True):
            net.grad[...] = gradient
            update(0.01)
    np.testing.assert_array_equal(first.theta, second.theta)
    np.testing.assert_array_equal(updates[0].average.values, updates[1].average.values)
