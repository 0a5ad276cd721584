"""Updates of the flat vector in one pass: twin of `reference/optimizer.py`.

Each of the rules is one loop over contiguous numbers. They are compiled together. The memory's speed bounds them:
for Adam, four numbers read and three written for each parameter.
"""

import math

import numpy as np
from numba import float32

from pellucid.kernels.compiled.engine import called, compiled, exact, share
from pellucid.kernels.compiled.tasks import flat, integers, table, task

PARALLEL_FROM = 1 << 17  # numbers: below, all vectors are in the second-level cache
PIECES = 16

SGD, MOMENTUM, NESTEROV, RMSPROP, ADAGRAD, ADAM, AVERAGE, PENALTY = range(8)  # the rules


def sgd(theta, grad, lr, scratch):
    _update(SGD, theta, grad, theta, theta, lr, 0.0, 0.0, 0.0)


def momentum(theta, grad, u, lr, beta, scratch):
    _update(MOMENTUM, theta, grad, u, theta, lr, beta, 0.0, 0.0)


def nesterov(theta, grad, u, lr, beta, scratch):
    _update(NESTEROV, theta, grad, u, theta, lr, beta, 0.0, 0.0)


def rmsprop(theta, grad, v, lr, rho, epsilon, scratch):
    _update(RMSPROP, theta, grad, theta, v, lr, 0.0, rho, epsilon)


def adagrad(theta, grad, v, lr, epsilon, scratch):
    _update(ADAGRAD, theta, grad, theta, v, lr, 0.0, 0.0, epsilon)


def adam(theta, grad, m, v, step, lr, beta1, beta2, epsilon, scratch):
    root = math.sqrt(1 - beta2**step)
    _update(ADAM, theta, grad, m, v, lr * root / (1 - beta1**step), beta1, beta2, root * epsilon)


def average(mean, values, keep, scratch):
    _update(AVERAGE, mean, values, mean, mean, 1 - keep, 0.0, 0.0, 0.0)


def penalty_gradient(W, dW, l1, l2, scratch):
    _update(PENALTY, dW, W, dW, dW, l1, l2, 0.0, 0.0)


def norm(grad):
    return math.sqrt(_squares(grad))


def _update(rule, theta, grad, u, v, lr, a, b, epsilon):
    """1 - a and 1 - b are taken here: knowing them, the compiler turns a u + (1 - a) g into a (u - g) + g, NaN for infinite g."""
    numbers = lr, a, 1 - a, b, 1 - b, epsilon
    if theta.size < PARALLEL_FROM:
        _alone(rule, theta, grad, u, v, *numbers)
    else:
        _shared(1, PIECES, [theta, grad, u, v, np.array(numbers, np.float32), np.array([rule])], True)


@exact
def _alone(rule, theta, grad, u, v, lr, a, rest_a, b, rest_b, epsilon):
    _piece(
        rule, theta, grad, u, v, float32(lr), float32(a), float32(rest_a), float32(b), float32(rest_b), float32(epsilon)
    )  # fmt: skip


@task
def _shared(phase, t, thread, words):
    w = table(words)
    theta, grad, u, v, numbers, rule = flat(w[0]), flat(w[1]), flat(w[2]), flat(w[3]), flat(w[4]), integers(w[5])[0]
    start, stop = share(t, PIECES, theta.size)
    part = slice(start, stop)
    lr, a, rest_a, b, rest_b, epsilon = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]
    _piece(rule, theta[part], grad[part], u[part], v[part], lr, a, rest_a, b, rest_b, epsilon)


@called
def _piece(rule, theta, grad, u, v, lr, a, rest_a, b, rest_b, epsilon):
    """The rule, for some of the numbers: float32, all of them."""
    if rule == SGD:
        for i in range(theta.size):
            theta[i] -= lr * grad[i]
    elif rule == MOMENTUM:
        for i in range(theta.size):
            u[i] = a * u[i] + grad[i]
            theta[i] -= lr * u[i]
    elif rule == NESTEROV:
        for i in range(theta.size):
            u[i] = a * u[i] + grad[i]
            theta[i] -= lr * (grad[i] + a * u[i])
    elif rule == RMSPROP:
        for i in range(theta.size):
            v[i] = b * v[i] + rest_b * grad[i] * grad[i]
            theta[i] -= lr * grad[i] / (math.sqrt(v[i]) + epsilon)
    elif rule == ADAGRAD:
        for i in range(theta.size):
            v[i] += grad[i] * grad[i]
            theta[i] -= lr * grad[i] / (math.sqrt(v[i]) + epsilon)
    elif rule == ADAM:  # lr and epsilon hold its corrections
        for i in range(theta.size):
            u[i] = a * u[i] + rest_a * grad[i]
            v[i] = b * v[i] + rest_b * grad[i] * grad[i]
            theta[i] -= lr * u[i] / (math.sqrt(v[i]) + epsilon)
    elif rule == AVERAGE:  # theta is the mean, grad the new values
        for i in range(theta.size):
            theta[i] += lr * (grad[i] - theta[i])
    else:  # penalty: theta is dW, grad is W
        if lr > 0:
            for i in range(theta.size):
                theta[i] += a * grad[i] + lr * np.sign(grad[i])
        else:  # L2 alone, in half the time
            for i in range(theta.size):
                theta[i] += a * grad[i]


@compiled
def _squares(grad):
    """sum_i g_i^2 in float64, from float32 sums of 4,096 numbers. Serial: one array to read, and the order of a sum is free."""
    total = 0.0
    for first in range(0, grad.size, 4096):
        part, some = float32(0), grad[first : first + 4096]
        for i in range(some.size):
            part += some[i] * some[i]
        total += part
    return total
