"""JAX: the whole step, Adam included, in one jitted function whose state is donated; convolutions NHWC."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.machine import cores

BETA1, BETA2, EPSILON, LEARNING_RATE, MOMENTUM = 0.9, 0.999, 1e-8, 1e-3, 0.9


def initial(workload) -> tuple[list[dict], list[dict]]:
    """Parameters and running statistics, a dictionary for each layer."""
    rng, learned, running = np.random.default_rng(0), [], []
    layers = list(workload.steps())
    for (kind, numbers, shape), (after, *_) in zip(layers, [*layers[1:], ("",)]):
        parameters, statistics = {}, {}
        if kind == "dense":
            parameters = {"W": weights(rng, shape[0], *numbers), "b": jnp.zeros(numbers)}
        elif kind == "conv":
            filters, size, _ = numbers
            parameters = {"W": weights(rng, size, size, shape[-1], filters)}
            parameters |= {} if after == "norm" else {"b": jnp.zeros(filters)}
        elif kind == "norm":
            channels = shape[-1]
            parameters = {"scale": jnp.ones(channels), "shift": jnp.zeros(channels)}
            statistics = {"mean": jnp.zeros(channels), "variance": jnp.ones(channels)}
        learned.append(parameters)
        running.append(statistics)
    return learned, running


def weights(rng, *shape: int) -> jax.Array:
    return jnp.asarray(rng.normal(0, (2 / np.prod(shape[:-1])) ** 0.5, shape), jnp.float32)


def outputs(layers, learned, running, x, key=None):
    """The logits, and the running statistics; with a key as in training."""
    updated = []
    for number, ((kind, numbers), own, statistics) in enumerate(zip(layers, learned, running)):
        match kind:
            case "dense":
                x = x @ own["W"] + own["b"]
            case "conv":
                x = jax.lax.conv_general_dilated(
                    x, own["W"], (1, 1), numbers[2].upper(), dimension_numbers=("NHWC", "HWIO", "NHWC")
                )
                x = x + own["b"] if "b" in own else x
            case "norm":
                x, statistics = normalised(x, own, statistics, key is not None)
            case "relu":
                x = jax.nn.relu(x)
            case "pool":
                x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
            case "dropout" if key is not None:
                kept = jax.random.bernoulli(jax.random.fold_in(key, number), 1 - numbers[0], x.shape)
                x = jnp.where(kept, x / (1 - numbers[0]), 0)
            case "flatten":
                x = x.reshape(len(x), -1)
        updated.append(statistics)
    return x, updated


def normalised(x, own, statistics, train):
    if train:
        mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        new = {"mean": mean, "variance": variance}
        statistics = jax.tree.map(lambda old, now: MOMENTUM * old + (1 - MOMENTUM) * now, statistics, new)
    else:
        mean, variance = statistics["mean"], statistics["variance"]
    return (x - mean) * (jax.lax.rsqrt(variance + 1e-5) * own["scale"]) + own["shift"], statistics


def step(workload):
    layers = [(kind, numbers) for kind, numbers, _ in workload.steps()]
    sigmoid = workload.loss == "sigmoid"

    def loss(learned, running, x, labels, key):
        z, running = outputs(layers, learned, running, x, key)
        if sigmoid:
            return jnp.mean(jnp.logaddexp(0, z[:, 0]) - labels * z[:, 0]), running
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), labels[:, None], axis=1)), running

    @partial(jax.jit, donate_argnums=0)
    def adam_step(state, x, labels):
        learned, running, m, v, t, key = state
        key, own = jax.random.split(key)
        gradient, running = jax.grad(loss, has_aux=True)(learned, running, x, labels, own)
        t += 1
        m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, gradient)
        v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, gradient)
        rate = LEARNING_RATE * jnp.sqrt(1 - BETA2**t) / (1 - BETA1**t)
        learned = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), learned, m, v)
        return learned, running, m, v, t, key

    x, labels = map(jnp.asarray, workload.data())
    learned, running = initial(workload)
    m, v = (jax.tree.map(jnp.zeros_like, learned) for _ in range(2))
    state = (learned, running, m, v, jnp.zeros((), jnp.float32), jax.random.key(0))

    def run(steps: int) -> None:
        nonlocal state
        for _ in range(steps):
            state = adam_step(state, x, labels)
        jax.block_until_ready(state)

    return run


def assembly(workload):
    pictures = jnp.asarray(workload.pictures())
    rng = np.random.default_rng(0)

    @jax.jit
    def gathered(pictures, index):
        return pictures[index].astype(jnp.float32) * (1 / 255)

    def endless():
        whole = len(pictures) // workload.batch * workload.batch  # another shape would be compiled anew
        while True:
            order = rng.permutation(len(pictures))[:whole]
            for start in range(0, whole, workload.batch):
                yield gathered(pictures, order[start : start + workload.batch])

    stream = endless()

    def run(count: int) -> None:
        for _ in range(count):
            jax.block_until_ready(next(stream))

    return run


def forward(workload):
    layers = [(kind, numbers) for kind, numbers, _ in workload.steps()]
    learned, running = initial(workload)
    x = jnp.asarray(workload.data()[0])
    answer = jax.jit(lambda learned, running, x: outputs(layers, learned, running, x)[0])

    def run(times: int) -> None:
        for _ in range(times):
            jax.block_until_ready(answer(learned, running, x))

    return run


def blas(**_):
    return {"library": "XLA", "kernel": None, "threads": cores()}
