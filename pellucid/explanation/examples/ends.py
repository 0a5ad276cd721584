"""The ends of a walk: from the outputs to the loss, and from one gradient to its weight."""

import math
from collections.abc import Sequence

import numpy as np

from pellucid.classifier import probabilities
from pellucid.explanation.examples.example import Example, Table, factor, number
from pellucid.nn import BinaryCrossEntropy, MeanSquaredError, SoftmaxCrossEntropy

ROWS = 12  # outputs shown one by one


def loss_example(walk, classes: Sequence[str] = ()) -> Example | None:
    """The loss of a walk in numbers, output by output; None for a loss of the user's own."""
    names = list(classes) if len(classes) == len(walk.z) else [str(k) for k in range(len(walk.z))]
    if isinstance(walk.loss, SoftmaxCrossEntropy):
        return _softmax(walk, names)
    if isinstance(walk.loss, BinaryCrossEntropy):
        return _binary(walk, names if len(walk.z) > 1 else [f"“{classes[1]}”" if len(classes) == 2 else "z"])
    if isinstance(walk.loss, MeanSquaredError):
        return _squares(walk, names)
    return None


def targets(walk) -> np.ndarray:
    """q: (K,) float64, the target of each output."""
    K = len(walk.z)
    if walk.target.ndim:
        return walk.target.astype(np.float64)
    if K == 1:
        return np.array([float(walk.target)])
    q = np.eye(K)[int(walk.target)]
    smoothing = getattr(walk.loss, "label_smoothing", 0.0)
    return q * (1 - smoothing) + smoothing / K


def _chosen(walk, weight: np.ndarray) -> list[int]:
    """The outputs that are shown: all of a few, else the weightiest and the target, in their order."""
    if len(walk.z) <= ROWS:
        return list(range(len(walk.z)))
    first = set(np.argsort(-weight, kind="stable")[: ROWS - 1].tolist())
    return sorted(first | {int(targets(walk).argmax())})


def _rest(walk, rows: list[int], columns: int) -> list[tuple[str, ...]]:
    left = len(walk.z) - len(rows)
    return [(f"and {left} more", *("",) * (columns - 1))] if left else []


def _softmax(walk, names):
    z = walk.z.astype(np.float64)
    p, q = probabilities(walk.z[np.newaxis], "softmax")[0], targets(walk)
    e = np.exp(z - z.max())
    rows = _chosen(walk, p)
    cells = [(names[k], *map(number, (z[k], z[k] - z.max(), e[k], p[k], q[k], walk.dz[k]))) for k in rows]
    cells += _rest(walk, rows, 7)
    cells.append(("sum", "", "", number(e.sum()), "1", "1", "0"))
    t = int(q.argmax())
    if q[t] == 1:
        last = f"l = -log p_t = -log {number(p[t])} = {number(walk.loss_value)}"
    else:
        last = f"l = -sum_k q_k log p_k = {number(walk.loss_value)}"
    return Example(
        "Softmax makes probabilities of the outputs: the largest is subtracted first, so that no power overflows; each power is "
        "divided by their sum. The gradient of the loss for the outputs is p − q.",
        (f"p_t = {number(e[t])} / {number(e.sum())} = {number(p[t])}  for t = {names[t]}", last),
        table=Table(("", "z_k", "z_k - max z", "e^{z_k - max z}", "p_k", "q_k", "dz_k = p_k - q_k"), cells),
    )


def _binary(walk, names):
    z, t = walk.z.astype(np.float64), targets(walk)
    e = np.exp(-np.maximum(z, -700))
    p = 1 / (1 + e)
    rows = _chosen(walk, p)
    cells = [(names[k], *map(number, (z[k], e[k], p[k], t[k], walk.dz[k]))) for k in rows]
    share = f" / {len(z)}" if len(z) > 1 else ""
    return Example(
        f"The sigmoid makes a probability of each output. The gradient of the loss for the output is (p − t){share}.",
        (f"l = -(t log p + (1 - t) log(1 - p)) = {number(walk.loss_value)}",),
        table=Table(("", "z", "e^{-z}", "p = 1 / (1 + e^{-z})", "t", "dz"), cells + _rest(walk, rows, 6)),
    )


def _squares(walk, names):
    y, t = walk.z.astype(np.float64), targets(walk)
    rows = _chosen(walk, np.abs(y - t))
    cells = [(names[k], number(y[k]), number(t[k]), number((y[k] - t[k]) ** 2), number(walk.dz[k])) for k in rows]
    cells += _rest(walk, rows, 5)
    cells.append(("mean", "", "", number(walk.loss_value), ""))
    return Example(
        "The loss is the mean of the squared differences between outputs and targets; its gradient is 2 (y − t) / K.",
        (f"l = {number(((y - t) ** 2).sum())} / {len(y)} = {number(walk.loss_value)}",),
        table=Table(("", "y_k", "t_k", "(y_k - t_k)^2", "dy_k"), cells),
    )


def update_example(weight) -> Example:
    """The step of one weight in numbers."""
    g, eta, theta = weight.used, weight.learning_rate, weight.before
    optimizer = weight.update.optimizer
    lines = []
    if g != weight.gradient:
        lines.append(f"g = {number(g)}  after penalty and clipping (backward gave {number(weight.gradient)})")
    if optimizer.name == "sgd":
        lines.append(f"theta <- theta - eta g = {factor(theta)} - {number(eta)} * {factor(g)} = {number(weight.after)}")
    elif optimizer.name in ("momentum", "nesterov"):
        (u,) = weight.moments
        beta = optimizer.momentum
        lines.append(f"u <- beta u + g = {number(beta)} * 0 + {factor(g)} = {number(u)}")
        d = u if optimizer.name == "momentum" else g + beta * u
        symbol = "u" if optimizer.name == "momentum" else "(g + beta u)"
        lines.append(f"theta <- theta - eta {symbol} = {factor(theta)} - {number(eta)} * {factor(d)} = {number(weight.after)}")
    elif optimizer.name in ("rmsprop", "adagrad"):
        (v,) = weight.moments
        rho = f"{number(optimizer.rho)} * 0 + {number(1 - optimizer.rho)}" if optimizer.name == "rmsprop" else "0 + 1"
        lines.append(f"v <- {rho} * {factor(g)}^2 = {number(v)}")
        step = f"{number(eta)} * {factor(g)} / (√{factor(v)} + {factor(optimizer.epsilon)})"
        lines.append(f"theta <- theta - eta g / (√v + epsilon) = {factor(theta)} - {step} = {number(weight.after)}")
    elif optimizer.name in ("adam", "adamw"):
        lines += _adam(weight, optimizer)
    else:
        lines.append(f"theta: {number(theta)} <- {number(weight.after)}")
    return Example("", tuple(lines))


def _adam(weight, optimizer) -> list[str]:
    g, eta, theta = weight.used, weight.learning_rate, weight.before
    m, v = weight.moments
    b1, b2 = optimizer.beta1, optimizer.beta2
    lines = [
        f"m <- beta₁ m + (1 - beta₁) g = {number(b1)} * 0 + {number(1 - b1)} * {factor(g)} = {number(m)}",
        f"v <- beta₂ v + (1 - beta₂) g² = {number(b2)} * 0 + {number(1 - b2)} * {factor(g)}^2 = {number(v)}",
        f"m̂ = m / (1 - beta₁) = {number(m / (1 - b1))},  v̂ = v / (1 - beta₂) = {number(v / (1 - b2))}",
    ]
    decay = getattr(optimizer, "weight_decay", 0.0)
    if decay and len(weight.index) > 1:
        shrunk = theta * (1 - eta * decay)
        lines.append(
            f"theta <- (1 - eta lambda) theta = (1 - {number(eta)} * {number(decay)}) * {factor(theta)} = {number(shrunk)}"
        )
        theta = shrunk
    root = math.sqrt(v / (1 - b2))
    lines.append(
        f"theta <- theta - eta m̂ / (√v̂ + epsilon) = {factor(theta)} - {number(eta)} * {factor(m / (1 - b1))} / "
        f"({number(root)} + {factor(optimizer.epsilon)}) = {number(weight.after)}"
    )
    return lines
