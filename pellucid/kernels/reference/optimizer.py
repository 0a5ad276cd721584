"""Optimisers: one step of the whole flat parameter vector.

theta, grad and the moments are (P,) arrays, changed in place; `scratch` is one more (P,) array, so that a step allocates nothing.
lr is the learning rate of this step.
"""

import math

import numpy as np


def sgd(theta, grad, lr, scratch):
    """theta <- theta - lr g."""
    np.multiply(grad, lr, out=scratch)
    theta -= scratch


def momentum(theta, grad, u, lr, beta, scratch):
    """u <- beta u + g        theta <- theta - lr u        (Polyak 1964)."""
    u *= beta
    u += grad
    np.multiply(u, lr, out=scratch)
    theta -= scratch


def nesterov(theta, grad, u, lr, beta, scratch):
    """u <- beta u + g        theta <- theta - lr (g + beta u)        (Sutskever et al. 2013, equation 7.3 rearranged)."""
    u *= beta
    u += grad
    np.multiply(u, beta, out=scratch)
    scratch += grad
    scratch *= lr
    theta -= scratch


def rmsprop(theta, grad, v, lr, rho, epsilon, scratch):
    """v <- rho v + (1 - rho) g^2        theta <- theta - lr g / (sqrt(v) + epsilon)        (Tieleman & Hinton 2012)."""
    np.multiply(grad, grad, out=scratch)
    scratch *= 1 - rho
    v *= rho
    v += scratch
    np.sqrt(v, out=scratch)
    scratch += epsilon
    np.divide(grad, scratch, out=scratch)
    scratch *= lr
    theta -= scratch


def adagrad(theta, grad, v, lr, epsilon, scratch):
    """v <- v + g^2        theta <- theta - lr g / (sqrt(v) + epsilon)        (Duchi et al. 2011, figure 1)."""
    np.multiply(grad, grad, out=scratch)
    v += scratch
    np.sqrt(v, out=scratch)
    scratch += epsilon
    np.divide(grad, scratch, out=scratch)
    scratch *= lr
    theta -= scratch


def adam(theta, grad, m, v, step, lr, beta1, beta2, epsilon, scratch):
    """m <- b1 m + (1 - b1) g    v <- b2 v + (1 - b2) g^2    theta <- theta - lr m^ / (sqrt(v^) + epsilon).

    m^ = m / (1 - b1^t) and v^ = v / (1 - b2^t) undo the start at zero; t = `step` counts from 1 (Kingma & Ba 2015,
    algorithm 1). The two corrections are folded into scalars: with r = sqrt(1 - b2^t),
    m^ / (sqrt(v^) + epsilon) = r / (1 - b1^t) * m / (sqrt(v) + r epsilon).
    """
    root = math.sqrt(1 - beta2**step)
    np.multiply(grad, 1 - beta1, out=scratch)
    m *= beta1
    m += scratch
    np.multiply(grad, grad, out=scratch)
    scratch *= 1 - beta2
    v *= beta2
    v += scratch
    np.sqrt(v, out=scratch)
    scratch += root * epsilon
    np.divide(m, scratch, out=scratch)
    scratch *= lr * root / (1 - beta1**step)
    theta -= scratch
