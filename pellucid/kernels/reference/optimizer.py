"""Optimisers: one step of the whole flat parameter vector.

theta, grad and the moments are (P,) arrays, changed in place; `scratch` is one more (P,) array, so that a step
allocates nothing. lr is the learning rate of this step.
"""

import math

import numpy as np


def sgd(theta, grad, lr, scratch):
    """theta <- theta - lr g        scratch may be grad."""
    np.multiply(grad, lr, out=scratch)
    theta -= scratch


def momentum(theta, grad, u, lr, beta, scratch):
    """u <- beta u + g        theta <- theta - lr u        (Polyak 1964)."""
    u *= beta
    u += grad
    np.multiply(u, lr, out=scratch)
    theta -= scratch


def nesterov(theta, grad, u, lr, beta, scratch):
    """u <- beta u + g        theta <- theta - lr (g + beta u)        (Nesterov 1983, as in Bengio et al. 2013, section 3.5)."""
    nesterov_direction(grad, u, beta, scratch)
    scratch *= lr
    theta -= scratch


def nesterov_direction(grad, u, beta, d):
    """u <- beta u + g        d = g + beta u        without the step along d."""
    u *= beta
    u += grad
    np.multiply(u, beta, out=d)
    d += grad


def orthogonalise(G, steps, X, scratch):
    """X <- G / |G|, then `steps` times: A = X^T X, X <- X (a + b A + c A^2)        about U V^T, where G = U S V^T.

    G, X: (K, M), which may be one array. In each step a singular value s of X becomes a s + b s^3 + c s^5, which
    brings all of them near 1: between 0.5 and 1.5 after 5 steps for those that were above a hundredth of the
    largest (Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks": Newton-Schulz iteration
    with a = 3.4445, b = -4.7750, c = 2.0315). Where K < M, A = X X^T stands on the left. G = 0 gives X = 0.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    K, M = G.shape
    A, B, XB = _carve(scratch, (min(K, M),) * 2, (min(K, M),) * 2, (K, M))
    np.divide(G, math.sqrt(float(np.vdot(G, G))) + 1e-7, out=X)
    for _ in range(steps):
        np.matmul(X.T, X, out=A) if M <= K else np.matmul(X, X.T, out=A)
        np.matmul(A, A, out=B)
        B *= c
        A *= b
        B += A
        np.matmul(X, B, out=XB) if M <= K else np.matmul(B, X, out=XB)
        X *= a
        X += XB


def orthogonalise_scratch(shape):
    """The size of `scratch` for a matrix of this shape."""
    K, M = shape
    return 2 * min(K, M) ** 2 + K * M


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


def average(mean, values, keep, scratch):
    """mean <- mean + (1 - keep) (values - mean)        In this form, what does not change keeps its bits."""
    np.subtract(values, mean, out=scratch)
    scratch *= 1 - keep
    mean += scratch


def penalty_gradient(W, dW, l1, l2, scratch):
    """dW <- dW + l1 sign(W) + l2 W."""
    if l2:
        dW += np.multiply(W, l2, out=scratch)
    if l1:
        dW += np.multiply(np.sign(W, out=scratch), l1, out=scratch)


def norm(grad):
    """|g| = sqrt(sum_i g_i^2): not finite where any g_i is not."""
    return math.sqrt(grad @ grad)


def _carve(scratch, *shapes):
    """Arrays of these shapes, one after another in the flat array `scratch`."""
    found, at = [], 0
    for shape in shapes:
        found.append(scratch[at : at + math.prod(shape)].reshape(shape))
        at += math.prod(shape)
    return found
