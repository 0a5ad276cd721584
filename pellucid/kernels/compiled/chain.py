"""Dense layers in a row, with a softmax at their end: twin of `reference/chain.py`.

The plan holds the jobs of all kernels. They are run one after the other without a way back to Python, which takes longer than a
small layer's arithmetic; and threads that share large layers are still awake from one product to the next, so that it pays to
share smaller ones.
"""

from typing import NamedTuple

import numpy as np

from pellucid.kernels.compiled.dense import backward_job, backward_scratch, forward_job
from pellucid.kernels.compiled.engine import exact
from pellucid.kernels.compiled.loss import ALIKE, hits_of, softmax_of
from pellucid.kernels.compiled.tasks import Job, doubles, flat, integers, matrix, point, table, task
from pellucid.kernels.compiled.threads import on_a_line, threads

PARALLEL_FROM = 1 << 20  # multiply-adds of a product: 20 us, where a thread that is awake takes 1 us to join in


X_FORWARD, X_BACKWARD, LABELS, WEIGHTS = range(4)  # of `places`
SMOOTHING, LOSS, HITS = range(3)  # of `numbers`


class Plan(NamedTuple):
    """The jobs of a step."""

    jobs: list[Job]  # which hold the memory
    rows: np.ndarray  # the same for `threads.run`
    parallel: bool
    places: np.ndarray  # addresses of the lines that tell of the batch
    numbers: np.ndarray  # what the loss is given, and gives


def chain_plan(layers, n):
    K, widths = layers[0][0].shape[0], [len(W[0]) for W, *_ in layers]
    scratch = on_a_line(np.empty(max(backward_scratch(n, M) for M in widths) * threads.most + 16, np.float32))
    inputs = [np.empty((n, K), np.float32), *(y for *_, y, _ in layers)]  # the batch's place is found anew for each
    forward, backward = [], []
    for i, (W, b, relu, dW, db, y, dy) in enumerate(layers):
        parallel = n * W.size >= PARALLEL_FROM
        forward.append(forward_job(inputs[i], W, b, relu, y, scratch, parallel))
        dx = layers[i - 1][-1] if i else None
        backward.append(backward_job(inputs[i], W, y, dy, relu, dW, db, dx, scratch, parallel))
    numbers = np.zeros(3)
    loss = _loss.job(1, 1, [inputs[-1], np.empty(n, np.int64), ALIKE, layers[-1][-1], numbers], False)
    jobs = [*forward, loss, *reversed(backward)]
    lines = [forward[0].words, backward[0].words, loss.words[1:], loss.words[2:]]
    places = np.array([line.ctypes.data for line in lines])
    rows = np.array([job.row for job in jobs], np.int64)
    return Plan(jobs, rows, any(job.row[0] for job in jobs), places, numbers)


def chain_gradient(plan, x, t, w, smoothing):
    _describe_batch(plan.places, plan.numbers, x, t, ALIKE if w is None else w, smoothing)
    threads.run(plan.parallel, plan.rows)
    _, loss, hits = plan.numbers.tolist()
    return loss, int(hits)


@exact
def _describe_batch(places, numbers, x, t, w, smoothing):
    point(places[X_FORWARD], x)
    point(places[X_BACKWARD], x)
    point(places[LABELS], t)
    point(places[WEIGHTS], w)
    numbers[SMOOTHING] = smoothing


@task
def _loss(phase, t, thread, words):
    """The loss, its gradient and the hits, unless a label is none of the outputs."""
    lines = table(words)
    z, labels, w, dz, numbers = matrix(lines[0]), integers(lines[1]), flat(lines[2]), matrix(lines[3]), doubles(lines[4])
    for n in range(len(labels)):
        if labels[n] < 0 or labels[n] >= z.shape[1]:
            numbers[LOSS], numbers[HITS] = 0.0, -1.0
            return
    numbers[LOSS] = softmax_of(z, labels, w, numbers[SMOOTHING], dz)
    numbers[HITS] = hits_of(z, labels)
