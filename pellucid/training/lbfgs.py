"""L-BFGS: for small data, a second-order method on the whole training set at once."""

import math
import time
from collections.abc import Callable, Iterator

import numpy as np

from pellucid.errors import TrainingDiverged
from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn.losses import Loss
from pellucid.nn.network import Network
from pellucid.optim.penalty import Penalty
from pellucid.training.epoch import Epoch
from pellucid.training.measure import count_hits, measure

ITERATIONS = 20  # of L-BFGS in what is called an epoch


def fit_lbfgs(
    network: Network,
    loss: Loss,
    batches,
    *,
    epochs: int,
    penalty: Penalty | None = None,
    validation=None,
    start: int = 0,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Epoch]:
    """Train with SciPy's L-BFGS-B (Byrd et al. 1995); yield an Epoch after each 20 iterations.

    Every iteration sees all of `batches`. Each epoch starts SciPy's memory of curvature anew, so a checkpoint needs none of it.
    The network should be float64: the line search compares losses that differ by less than float32 can show. Ends early where
    no step lowers the loss any more. Arguments and errors otherwise as `fit`.
    """
    for number in range(start, epochs):
        if stop():
            return
        begun, network.clock.step = time.perf_counter(), number
        objective = Objective(network, loss, batches, penalty)
        with single_threaded_blas(), np.errstate(all="ignore"):
            result = _minimized(objective, network.theta, stop)
            value, gradient = objective(result.x)  # leaves the network with the best parameters
        if not math.isfinite(value):
            raise TrainingDiverged(step=number, epoch=number, learning_rate=None, what=f"the loss is {value}")
        seen = measure(network, loss, validation.epoch(0)) if validation is not None else None
        seconds, stopped = time.perf_counter() - begun, stop()
        yield Epoch(
            number=number,
            step=(number + 1) * ITERATIONS,
            loss=objective.loss,
            accuracy=objective.accuracy,
            penalty=value - objective.loss,
            learning_rate=1.0,  # a full step along each direction, shortened by the line search
            gradient_norm=float(np.linalg.norm(gradient)),
            seconds=seconds,
            pictures_per_second=result.nfev * batches.count / seconds,
            validation_loss=seen.loss if seen else None,
            validation_accuracy=seen.accuracy if seen else None,
            partial=stopped,
        )
        if result.nit == 0 or stopped:
            return


def _minimized(objective: "Objective", theta: np.ndarray, stop: Callable[[], bool]):
    """SciPy's result of 20 iterations from `theta`, fewer where `stop` says so."""
    import scipy.optimize

    def check_stop(intermediate_result) -> None:
        if stop():
            raise StopIteration

    return scipy.optimize.minimize(
        objective,
        theta.astype(np.float64),
        jac=True,
        method="L-BFGS-B",
        callback=check_stop,
        options={"maxiter": ITERATIONS, "maxfun": 5 * ITERATIONS, "maxcor": 10},
    )


class Objective:
    """f(theta) = loss over all batches + penalty, with its gradient, in float64."""

    def __init__(self, network: Network, loss: Loss, batches, penalty: Penalty | None):
        self.network, self.of_outputs, self.batches, self.penalty = network, loss, batches, penalty
        self.loss = self.accuracy = math.nan

    def __call__(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        network = self.network
        network.theta[...] = theta
        gradient, total, weight, hits = np.zeros(theta.size), 0.0, 0.0, 0
        for x, t, w in self.batches.epoch(0):
            t, z = self.of_outputs.targets(x, t), network.forward(x, train=True, keep=True)
            value, dz = self.of_outputs(z, t, w, network.kernels)
            hits += count_hits(self.of_outputs, z, t, network.kernels)
            network.backward(dz)
            share = len(t) if w is None else float(w.sum())
            gradient += share * network.grad
            total, weight = total + value * share, weight + share
        self.loss = total / weight
        self.accuracy = hits / self.batches.count if self.of_outputs.names_classes else None
        network.grad[...] = gradient / weight
        price = 0.0
        if self.penalty:
            self.penalty.add_gradient(network, np.empty_like(network.grad))
            price = self.penalty.value(network)
        return self.loss + price, network.grad.astype(np.float64)
