"""Faults of what the network answers: at the start, all alike, or right in training only."""

import math

import numpy as np

from pellucid.training.doctor.case import Case
from pellucid.words import percent

ALIKE, MIXED = 0.98, 0.9  # of the sample: the answers that are alike, where at most so many labels are
WAITED, WAITED_SHARE = 3, 0.05  # epochs since the best one, and their share of the run
RISEN, FALLEN = 1.3, 0.8  # the validation loss over its lowest, and the training loss over what it was there
SURE = 5.0  # times the loss of guessing; the recipe mnist-cnn starts at up to 3.6 times, and learns well
NOTICEABLE = 0.02  # a rise of the validation loss that matters


def loss_at_start(case: Case) -> tuple[str, str] | None:
    """The loss before the first step against that of guessing, log(classes)."""
    if case.epochs or not case.sample.has_labels or case.loss.link not in ("softmax", "sigmoid"):
        return None
    classes = case.look.outputs.shape[1] if case.loss.link == "softmax" else 2
    guessing, loss = math.log(classes), case.look.loss
    against = f"the loss starts at {loss:.3g} where guessing gives log({classes}) = {guessing:.2f}"
    if loss > SURE * guessing:
        cure = "start with smaller weights (--set network.initialiser=lecun)"
        return f"{against}: the network is sure before it has learned", cure
    if loss < guessing / 2:
        return f"{against}: the network knows the answers", "check that the labels are not among the inputs"
    return None


def constant(case: Case) -> tuple[str, str] | None:
    """The same answer for every picture, in a sample of several classes."""
    if case.labels is None or not case.grown_up:
        return None
    answers, t = case.loss.decide(case.look.outputs), case.sample.t
    alike, same = _most_common(answers), _most_common(t)
    if alike < ALIKE or same > MIXED:
        return None
    answer = int(np.bincount(answers).argmax())
    pictures = f"{percent(alike, 0)} of the pictures, of which no class holds more than {percent(same, 0)}"
    name = f"“{case.classes[answer]}”" if case.classes else f"class {answer}"
    what = f"the network answers {name} for {pictures}"
    cure = f"try another learning rate{case.learning_rate} (`pellucid find-lr`), or let rare classes count more"
    return what, f"{cure} (--set loss.class_weight=balanced)"


def overfitting(case: Case) -> tuple[str, str] | None:
    """The validation loss has risen for some epochs while the training loss fell."""
    losses = [epoch.validation_loss for epoch in case.epochs]
    if not losses or None in losses:
        return None
    best = int(np.argmin(losses))
    waited = len(losses) - 1 - best
    if waited < max(WAITED, WAITED_SHARE * case.planned):
        return None
    low, now = losses[best], min(losses[-WAITED:])
    if now < RISEN * low or now - low < NOTICEABLE or case.epochs[-1].loss > FALLEN * case.epochs[best].loss:
        return None
    rose = f"the validation loss rose from {low:.3g} to {losses[-1]:.3g} while the training loss fell"
    cure = "stop earlier (--patience 10), add pictures, or use dropout (--set network.dropout=0.3)"
    return f"overfitting since epoch {best + 1}: {rose}", cure


def _most_common(labels: np.ndarray) -> float:
    return float(np.bincount(labels).max() / len(labels))
