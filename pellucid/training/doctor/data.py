"""Faults of what the network is given."""

import math

import numpy as np

from pellucid.nn.layers import BatchNorm, LayerNorm
from pellucid.training.doctor.case import Case
from pellucid.words import percent

LARGE, SMALL = 4.0, 0.02  # root mean square of the inputs; 0.1 to 1 for pictures in 0...1, 1 for standardised ones
UNEVEN = 1000.0  # the widest column of a table over the narrowest
FEW = 100  # validation pictures: 1.96 sqrt(p (1 - p) / 100) is 10 points
NOT_FALLEN = 0.95  # of the loss of guessing: less has been learned, however few pictures there are to show it
ROUNDS = 2  # epochs in a row in which validation is no better than chance


def not_scaled(case: Case) -> tuple[str, str] | None:
    """Inputs far from size 1, or columns of very different sizes, before a network that does not normalise them itself."""
    x, rows = case.sample.x, case.sample.x.ndim == 2
    if isinstance(case.network.layers[0], BatchNorm | LayerNorm):
        return None
    cure = "scale them (--set input.normalisation=standard)"
    if rows:
        cure = "scale each column (--set input.normalisation=standard --set input.per=pixel)"
    if rows:
        spread = x.std(axis=0, dtype=np.float64)
        spread = spread[spread > 0]
        if spread.size and spread.max() > UNEVEN * spread.min():
            ratio = spread.max() / spread.min()
            return f"the columns are not scaled: the widest spreads {ratio:,.0f} times as far as the narrowest", cure
    size = math.sqrt(float(np.mean(np.square(x, dtype=np.float64))))
    if size > LARGE:
        return f"the inputs are not scaled: their values are about {size:.3g}, and up to {np.abs(x).max():.3g}", cure
    if 0 < size < SMALL:
        return f"the inputs are not scaled: their values are about {size:.2g}, too small to move the units", cure
    return None


def validation_too_small(case: Case) -> tuple[str, str] | None:
    """So few validation pictures that their accuracy says little."""
    n = case.validation
    if not 0 < n < FEW:
        return None
    off = 98 / math.sqrt(n)  # 1.96 standard deviations at an accuracy of a half, in points
    pictures = "1 validation picture is" if n == 1 else f"{n} validation pictures are"
    what = f"{pictures} too few to tell: their accuracy may be off by {min(off, 100):.0f} points"
    return what, "hold back more (--validation 0.3), or test on every picture once (--folds 5)"


def labels_at_random(case: Case) -> tuple[str, str] | None:
    """Training no better than chance, or learned by heart while validation stays at chance."""
    if case.labels is None or not case.grown_up:
        return None
    epochs, cure = case.epochs, "check that each label belongs to its picture (shuffled, or sorted apart?)"
    now = epochs[-1]
    if case.no_better_than_chance(now.accuracy, len(case.labels)) and now.loss > NOT_FALLEN * case.guessing:
        what = f"after {len(epochs)} epochs {percent(now.accuracy, 0)} of the training pictures are named correctly, as by chance"
        return what, f"{cure}, then try another learning rate{case.learning_rate} (`pellucid find-lr`)"
    seen = [epoch.validation_accuracy for epoch in epochs[-ROUNDS:] if epoch.validation_accuracy is not None]
    if case.validation < FEW or len(seen) < ROUNDS:
        return None
    if all(case.no_better_than_chance(accuracy, case.validation) for accuracy in seen) and now.accuracy > 1.5 * case.most_common:
        both = f"{percent(now.accuracy, 0)} right in training but {percent(seen[-1], 0)} in validation, as by chance"
        return f"{both}: the pictures are learned by heart", cure
    return None
