"""Fitting with adam and sgd: epochs of steps, until max_iter, a callback, or nothing improves any more."""

import math
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from pellucid.errors import TrainingDiverged
from pellucid.estimators.progress import Show
from pellucid.estimators.rates import Adaptive, Rate, build_rate
from pellucid.nn import Network
from pellucid.optim import SGD, Adam, Momentum, Nesterov, Optimizer, Penalty, Update
from pellucid.training import Best, Epoch, fit, predict_outputs


def fit_by_steps(model, batches, validation, penalty: Penalty, show: Show, incremental: bool) -> None:
    """Train `model.network_` on `batches`; incremental: for one epoch. Writes the fitted attributes of `model`.

    validation: batches to be scored after each epoch, or None. The epochs of all fits of a model are numbered through, so a
    hundred calls of partial_fit take the steps of one fit with a hundred epochs.
    """
    network, first = model.network_, model._epochs
    update = Update(_optimizer(model, network), penalty=penalty)
    if incremental and model._optimizer_state is not None:
        update.restore(*model._optimizer_state)
    rate = build_rate(model, len(batches), 0 if incremental else first, model._cut_rate if incremental else None)
    best = Best(network) if model.early_stopping else None
    rounds = 1 if incremental else model.max_iter
    model.n_iter_, ended = 0, incremental
    epochs = fit(network, model._loss(), update, batches, epochs=first + rounds, schedule=rate, start=first)
    try:
        for epoch in epochs:
            _take_in(model, epoch, batches.count)
            if validation is not None:
                judge(model, validation)
            if best:
                best.update(epoch.number, -model.validation_scores_[-1])
            show(model.n_iter_, _line(model))
            rate.after_epoch(model.t_)
            if any([callback(model, epoch) for callback in model.callbacks or ()]) or not _goes_on(model, rate):
                ended = True
                break
    except TrainingDiverged as error:
        if best is None or best.epoch < 0:
            raise ValueError(NOT_FINITE) from error
        warnings.warn(f"{error}; the best weights before are kept", ConvergenceWarning, stacklevel=4)
        model.validation_scores_.append(math.nan)
        ended = True
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=4)
        ended = True
    if best:
        best.restore()
    model._optimizer_state = update.tensors(), update.optimizer.steps
    model._cut_rate = rate.rate if isinstance(rate, Adaptive) else None
    if not ended and model.n_iter_ == model.max_iter:
        warnings.warn(
            f"Stochastic Optimizer: Maximum iterations ({model.max_iter}) reached and the optimization hasn't converged yet.",
            ConvergenceWarning,
            stacklevel=4,
        )


NOT_FINITE = "Solver produced non-finite parameter weights. The input data may contain large values and need to be preprocessed."


def _optimizer(model, network: Network) -> Optimizer:
    if model.solver == "adam":
        return Adam(network, model.beta_1, model.beta_2, model.epsilon)
    if not model.momentum:
        return SGD(network)
    return (Nesterov if model.nesterovs_momentum else Momentum)(network, model.momentum)


def _take_in(model, epoch: Epoch, examples: int) -> None:
    """Write what an epoch found out."""
    model._epochs, model.n_iter_, model.t_ = epoch.number + 1, model.n_iter_ + 1, model.t_ + examples
    model.loss_ = model._reported(epoch.loss) + epoch.penalty
    model.loss_curve_.append(model.loss_)


def judge(model, validation) -> None:
    """Note score and loss of the validation examples."""
    parts = [(t, w) for _, t, w in validation.epoch(0)]
    z = predict_outputs(model.network_, validation.epoch(0))
    t = np.concatenate([part for part, _ in parts])
    w = None if parts[0][1] is None else np.concatenate([part for _, part in parts])
    with np.errstate(all="ignore"):
        model.validation_loss_curve_.append(model._reported(model._loss()(z, t, w)[0]))
        model.validation_scores_.append(float(model._score_outputs(z, t, w)) if np.isfinite(z).all() else math.nan)


def _line(model) -> str:
    text = f"loss = {model.loss_:.8f}"
    return f"{text}, validation score = {model.validation_scores_[-1]:.6f}" if model.validation_scores_ else text


def _goes_on(model, rate: Rate) -> bool:
    """Count the epochs without an improvement of at least tol; after n_iter_no_change of them, cut the rate or end."""
    if model.early_stopping:
        score, best = model.validation_scores_[-1], model.best_validation_score_
        improved = score >= best + model.tol
        model.best_validation_score_ = max(best, score)
    else:
        improved = model.loss_ <= model.best_loss_ - model.tol
        model.best_loss_ = min(model.best_loss_, model.loss_)
    model._no_improvement_count = 0 if improved else model._no_improvement_count + 1
    if model._no_improvement_count <= model.n_iter_no_change:
        return True
    if not rate.cut():
        return False
    model._no_improvement_count = 0
    return True
