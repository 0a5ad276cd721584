"""Every optimiser against its textbook, against steps worked out by hand, and against PyTorch where it is installed."""

import math

import numpy as np
import pytest

from pellucid.nn import Dense, Network
from pellucid.optim import OPTIMIZERS, SGD, Adagrad, Adam, AdamW, Momentum, Nesterov, RMSProp

STEPS = 20


def network(dtype=np.float64):
    """12 weights, which decay, and 3 biases, which do not."""
    return Network([Dense(3)], (4,), dtype=dtype)


def quadratic(size, seed=0):
    """The gradient of a random f(theta) = (theta - c)^T A (theta - c) / 2."""
    rng = np.random.default_rng(seed)
    root, centre = rng.standard_normal((size, size)), rng.standard_normal(size)
    curvature = root @ root.T / size
    return lambda theta: curvature @ (theta - centre)


def rate(step):
    """A learning rate that changes: the moments must not hold it."""
    return 0.05 * (1 + 0.5 * math.sin(step))


def path(optimizer):
    """The parameters after each step on the quadratic."""
    net, gradient = optimizer.network, quadratic(optimizer.network.theta.size)
    thetas = []
    for step in range(STEPS):
        net.grad[...] = gradient(net.theta)
        optimizer.step(rate(step))
        thetas.append(net.theta.copy())
    return np.array(thetas)


# The textbook, a coordinate at a time: generators that take the gradient and give the change.


def sgd():
    change = 0.0
    while True:
        g, lr, _ = yield change
        change = -lr * g


def momentum(beta):
    velocity = change = 0.0
    while True:
        g, lr, _ = yield change
        velocity = beta * velocity + g
        change = -lr * velocity


def nesterov(beta):
    velocity = change = 0.0
    while True:
        g, lr, _ = yield change
        velocity = beta * velocity + g
        change = -lr * (g + beta * velocity)


def rmsprop(rho, epsilon):
    mean_square = change = 0.0
    while True:
        g, lr, _ = yield change
        mean_square = rho * mean_square + (1 - rho) * g**2
        change = -lr * g / (math.sqrt(mean_square) + epsilon)


def adagrad(epsilon):
    sum_of_squares = change = 0.0
    while True:
        g, lr, _ = yield change
        sum_of_squares += g**2
        change = -lr * g / (math.sqrt(sum_of_squares) + epsilon)


def adam(beta1, beta2, epsilon, decay=0.0):
    m = v = change = 0.0
    t = 0
    while True:
        g, lr, theta = yield change
        t += 1
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        decayed = (1 - lr * decay) * theta
        change = decayed - lr * m_hat / (math.sqrt(v_hat) + epsilon) - theta


CASES = {  # name: (our optimiser, the textbook for a coordinate; weight or not)
    "sgd": (SGD, lambda weight: sgd()),
    "momentum": (Momentum, lambda weight: momentum(0.9)),
    "momentum 0.5": (lambda net: Momentum(net, 0.5), lambda weight: momentum(0.5)),
    "nesterov": (Nesterov, lambda weight: nesterov(0.9)),
    "nesterov 0.5": (lambda net: Nesterov(net, 0.5), lambda weight: nesterov(0.5)),
    "rmsprop": (RMSProp, lambda weight: rmsprop(0.9, 1e-8)),
    "rmsprop 0.5": (lambda net: RMSProp(net, 0.5, 0.1), lambda weight: rmsprop(0.5, 0.1)),
    "adagrad": (Adagrad, lambda weight: adagrad(1e-8)),
    "adagrad 0.1": (lambda net: Adagrad(net, 0.1), lambda weight: adagrad(0.1)),
    "adam": (Adam, lambda weight: adam(0.9, 0.999, 1e-8)),
    "adam 0.5": (lambda net: Adam(net, 0.5, 0.8, 0.1), lambda weight: adam(0.5, 0.8, 0.1)),
    "adamw": (AdamW, lambda weight: adam(0.9, 0.999, 1e-8, 0.01 * weight)),
    "adamw 0.5": (lambda net: AdamW(net, 0.5, 0.8, 0.1, 0.5), lambda weight: adam(0.5, 0.8, 0.1, 0.5 * weight)),
}


def textbook_path(start, decaying, make):
    rules = [make(place < decaying) for place in range(len(start))]
    for rule in rules:
        next(rule)
    theta, gradient, thetas = start.copy(), quadratic(len(start)), []
    for step in range(STEPS):
        g = gradient(theta)
        theta = theta + [rule.send((g[place], rate(step), theta[place])) for place, rule in enumerate(rules)]
        thetas.append(theta)
    return np.array(thetas)


@pytest.mark.parametrize("name", CASES)
def test_the_textbook(name):
    ours, textbook = CASES[name]
    net = network()
    expected = textbook_path(net.theta.copy(), net.decaying, textbook)
    np.testing.assert_allclose(path(ours(net)), expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_float32_follows_float64(name):
    ours, _ = CASES[name]
    optimizer = ours(network(np.float32))
    followed = path(optimizer)
    assert followed.dtype == optimizer.state.dtype == np.float32
    np.testing.assert_allclose(followed, path(ours(network())), rtol=1e-3, atol=1e-4)


def test_every_optimizer_has_its_case():
    made = {ours(network()).name for ours, _ in CASES.values()}
    assert made == OPTIMIZERS.keys() - {"muon"}  # which works on whole matrices: see test_muon.py


# theta = 1, then gradients 2 and -1, learning rate 0.1
BY_HAND = {
    "sgd": (0.8, 0.9),  #  1 - 0.2;  + 0.1
    "momentum": (0.8, 0.72),  #  u = 2;  u = 1.8 - 1 = 0.8
    "nesterov": (0.62, 0.648),  #  2 + 0.9 * 2 = 3.8;  -1 + 0.9 * 0.8 = -0.28
    "rmsprop": (1 - 0.2 / math.sqrt(0.4), 1 - 0.2 / math.sqrt(0.4) + 0.1 / math.sqrt(0.46)),  #  v = 0.4;  0.36 + 0.1
    "adagrad": (0.9, 0.9 + 0.1 / math.sqrt(5)),  #  v = 4;  v = 5
    #  m = 0.2, v = 0.004: both corrected 2 and 4;  m = 0.08, v = 0.004996: 0.08 / 0.19 and 0.004996 / 0.001999
    "adam": (0.9, 0.9 - 0.1 * (0.08 / 0.19) / math.sqrt(0.004996 / 0.001999)),
    #  the same after a decay by 1 - 0.1 * 0.01
    "adamw": (0.899, 0.899 * 0.999 - 0.1 * (0.08 / 0.19) / math.sqrt(0.004996 / 0.001999)),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_two_steps_by_hand(name):
    net = Network([Dense(1, bias=False)], (1,), dtype=np.float64)
    net.theta[...] = 1
    optimizer = OPTIMIZERS[name](net)
    for gradient, expected in zip((2, -1), BY_HAND[name], strict=True):
        net.grad[...] = gradient
        optimizer.step(0.1)
        assert net.theta[0] == pytest.approx(expected, rel=1e-7)  # epsilon is 1e-8
    assert optimizer.steps == 2


def test_adamw_decays_weights_and_spares_biases():
    net = network()
    net.theta[...] = 1
    net.grad[...] = 0
    AdamW(net, weight_decay=0.5).step(0.1)
    np.testing.assert_allclose(net.layers[0].W, 0.95)
    np.testing.assert_array_equal(net.layers[0].b, 1)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_of_zero_from_the_start_moves_nothing(name):
    net = network(np.float32)
    settings = {"weight_decay": 0.0} if name in ("adamw", "muon") else {}
    optimizer, before = OPTIMIZERS[name](net, **settings), net.theta.copy()
    for _ in range(3):
        net.grad[...] = 0
        optimizer.step(0.1)
    np.testing.assert_array_equal(net.theta, before)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_tiny_and_huge_gradients_stay_finite(name):
    net = network(np.float32)
    optimizer = OPTIMIZERS[name](net)
    for size in (1e-30, 1e15, 1e-30):
        net.grad[...] = size
        optimizer.step(1e-3)
    assert np.all(np.isfinite(net.theta)) and np.all(np.isfinite(optimizer.state))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_views_survive_and_the_gradient_is_only_read(name):
    net = network()
    optimizer = OPTIMIZERS[name](net)
    net.grad[...] = 1
    state = optimizer.state
    optimizer.step(0.1)
    assert np.shares_memory(net.layers[0].W, net.theta) and optimizer.state is state
    assert state.shape == (optimizer.moments, net.theta.size)
    np.testing.assert_array_equal(net.grad, 1)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_it_finds_the_minimum(name):
    net = network()
    optimizer, gradient = OPTIMIZERS[name](net), quadratic(15)
    start = np.linalg.norm(gradient(net.theta))
    for step in range(3000):
        net.grad[...] = gradient(net.theta)
        optimizer.step(0.3 if name == "adagrad" else 0.02 / (1 + step / 300))
    assert np.linalg.norm(gradient(net.theta)) < 0.1 * start


def torch_optimizers(torch, weight, bias):
    both = [weight, bias]
    groups = [{"params": [weight], "weight_decay": 0.01}, {"params": [bias], "weight_decay": 0.0}]
    return {
        "sgd": lambda: torch.optim.SGD(both),
        "momentum": lambda: torch.optim.SGD(both, momentum=0.9),
        "nesterov": lambda: torch.optim.SGD(both, momentum=0.9, nesterov=True),
        "rmsprop": lambda: torch.optim.RMSprop(both, alpha=0.9, eps=1e-8),
        "adagrad": lambda: torch.optim.Adagrad(both, eps=1e-8),
        "adam": lambda: torch.optim.Adam(both),
        "adamw": lambda: torch.optim.AdamW(groups),
    }


@pytest.mark.parametrize("name", sorted(OPTIMIZERS.keys() - {"muon"}))
def test_pytorch(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; the textbook above is the oracle")
    net = network()
    layer = net.layers[0]
    weight, bias = (torch.tensor(array.copy(), requires_grad=True) for array in (layer.W, layer.b))
    theirs, ours, gradient = torch_optimizers(torch, weight, bias)[name](), OPTIMIZERS[name](net), quadratic(15)
    for step in range(STEPS):
        net.grad[...] = gradient(net.theta)
        weight.grad, bias.grad = torch.tensor(layer.dW.copy()), torch.tensor(layer.db.copy())
        for group in theirs.param_groups:
            group["lr"] = rate(step)
        theirs.step()
        ours.step(rate(step))
        np.testing.assert_allclose(layer.W, weight.detach().numpy(), rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(layer.b, bias.detach().numpy(), rtol=1e-9, atol=1e-11)
