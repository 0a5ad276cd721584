"""Fitting with lbfgs: SciPy's L-BFGS-B on all examples at once, in float64."""

import math
import time
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from pellucid.estimators.by_steps import NOT_FINITE, judge
from pellucid.estimators.progress import Show
from pellucid.kernels.blas import single_threaded_blas
from pellucid.optim import Penalty
from pellucid.training import Epoch, Objective


def fit_lbfgs(model, batches, validation, penalty: Penalty, show: Show) -> None:
    """Minimise loss and penalty over `model.network_` (Byrd et al. 1995). Writes the fitted attributes of `model`.

    validation: batches to be scored after each iteration, or None.
    Ends after max_iter iterations or max_fun calls of the loss, with a ConvergenceWarning, or where no derivative is above tol.
    """
    import scipy.optimize

    network = model.network_
    objective = Objective(network, model._loss(), batches, penalty)
    after_iteration = _AfterIteration(model, objective, validation, show)
    with single_threaded_blas(), np.errstate(all="ignore"):
        result = scipy.optimize.minimize(
            objective,
            network.theta.astype(np.float64),
            jac=True,
            method="L-BFGS-B",
            callback=after_iteration,
            options={"maxiter": model.max_iter, "maxfun": model.max_fun, "gtol": model.tol},
        )
        network.theta[...] = result.x
    if not (math.isfinite(result.fun) and np.isfinite(result.x).all()):
        raise ValueError(NOT_FINITE)
    model.n_iter_, price = min(result.nit, model.max_iter), penalty.value(network)
    model.loss_ = model._reported(float(result.fun) - price) + price
    model.t_ += model.n_iter_ * batches.count
    if result.status != 0 and not after_iteration.stopped:
        warnings.warn(
            f"lbfgs failed to converge after {model.n_iter_} iteration(s) ({result.message}): "
            "increase max_iter, or scale the features",
            ConvergenceWarning,
            stacklevel=4,
        )


class _AfterIteration:
    """What SciPy calls after each iteration: validation, progress and callbacks; to them an iteration is an epoch."""

    def __init__(self, model, objective: Objective, validation, show: Show):
        self.model, self.objective, self.validation, self.show = model, objective, validation, show
        self.done, self.stopped, self.begun = 0, False, time.perf_counter()

    def __call__(self, intermediate_result) -> None:
        self.done += 1
        if self.validation is not None:
            self.objective.network.theta[...] = intermediate_result.x  # the line search may have looked further
            judge(self.model, self.validation)
        self.show(self.done, f"loss = {intermediate_result.fun:.8f}")
        if any([callback(self.model, self._epoch(intermediate_result)) for callback in self.model.callbacks or ()]):
            self.stopped = True
            raise StopIteration

    def _epoch(self, result) -> Epoch:
        seconds, self.begun = time.perf_counter() - self.begun, time.perf_counter()
        return Epoch(
            number=self.done - 1,
            step=self.done,
            loss=self.objective.loss,
            accuracy=self.objective.accuracy,
            penalty=float(result.fun) - self.objective.loss,
            learning_rate=1.0,  # a full step along each direction, shortened by the line search
            gradient_norm=float(np.linalg.norm(self.objective.network.grad)),
            seconds=seconds,
            pictures_per_second=self.objective.batches.count / seconds,
        )
