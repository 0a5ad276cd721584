"""JAX: the whole step, Adam included, in one jitted function whose parameters and moments are donated."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.machine import cores

BETA1, BETA2, EPSILON, LEARNING_RATE = 0.9, 0.999, 1e-8, 1e-3


def loss(parameters, x, labels):
    *hidden, last = parameters
    for W, b in hidden:
        x = jax.nn.relu(x @ W + b)
    logits = x @ last[0] + last[1]
    return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(len(labels)), labels])


@partial(jax.jit, donate_argnums=(0, 1, 2, 3))
def step(parameters, m, v, t, x, labels):
    gradient = jax.grad(loss)(parameters, x, labels)
    t += 1
    m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, gradient)
    v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, gradient)
    rate = LEARNING_RATE * jnp.sqrt(1 - BETA2**t) / (1 - BETA1**t)
    parameters = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), parameters, m, v)
    return parameters, m, v, t


def prepare(workload):
    rng = np.random.default_rng(0)
    x, labels = map(jnp.asarray, workload.data())
    parameters = [
        (jnp.asarray(rng.normal(0, (2 / k) ** 0.5, (k, m)), jnp.float32), jnp.zeros(m, jnp.float32))
        for k, m in zip(workload.widths, workload.widths[1:])
    ]
    m, v = (jax.tree.map(jnp.zeros_like, parameters) for _ in range(2))
    state = [parameters, m, v, jnp.zeros((), jnp.float32)]

    def run(steps: int) -> None:
        for _ in range(steps):
            state[:] = step(*state, x, labels)
        jax.block_until_ready(state)

    return run


def blas():
    return {"library": "XLA", "kernel": None, "threads": cores()}
