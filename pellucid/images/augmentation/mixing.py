"""Two pictures in one, with two labels in one."""

from types import ModuleType

import numpy as np

from pellucid.images.augmentation.boxes import pasted, whole
from pellucid.images.augmentation.draws import Draws


def mix(
    x: np.ndarray, out: np.ndarray, draws: Draws, mixup: float, cutmix: float, kernels: ModuleType
) -> tuple[np.ndarray, np.ndarray]:
    """Write x (N, H, W, C), each picture mixed with another of its batch, to `out`. Returns partners (N,), their shares (N,).

    mixup   x_n <- (1 - s) x_n + s x_m        s ~ Beta(mixup, mixup)      (Zhang et al. 2018, equation 1)
    cutmix  a box of x_m in x_n, of share s   s ~ Beta(cutmix, cutmix)    (Yun et al. 2019, equations 1 and 2)

    Where both are above 0, half of the pictures get one, half the other. The partner m is drawn from the batch with equal
    chances, so it depends on the batch, unlike everything else here; as in the paper, no second batch need be read.
    """
    height, width = x.shape[1:3]
    which, chance, partner = draws.uniform("mix", 3)
    cut = which * (bool(mixup) + bool(cutmix)) >= bool(mixup)
    share = np.where(cut, _beta(cutmix, chance), _beta(mixup, chance))
    boxes = np.where(cut[:, None], pasted(draws, (height, width), share), whole(len(x), (height, width)))
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) / (height * width)
    share = np.where(cut, area, share)
    partners = (partner * len(x)).astype(np.int64)
    kernels.mix(x, partners, boxes, np.where(cut, 1, share).astype(np.float32), out)
    return partners, share


def mixed_targets(
    labels: np.ndarray, w: np.ndarray | None, partners: np.ndarray, share: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Targets t (N, K) float32 and weights w (N,) of mixed pictures: w t = (1 - s) w_n onehot(t_n) + s w_m onehot(t_m).

    So the loss of a mixed picture is the sum of both labels' losses, each with its own weight: the gradient is the same.
    """
    weights = np.ones(len(labels), np.float32) if w is None else w
    n = np.arange(len(labels))
    t = np.zeros((len(labels), classes), np.float32)
    t[n, labels] += (1 - share) * weights
    t[n, labels[partners]] += share * weights[partners]
    total = t.sum(axis=1)
    t /= np.where(total > 0, total, 1)[:, None]
    return t, None if w is None else total


def _beta(alpha: float, chance: np.ndarray) -> np.ndarray:
    """Numbers from Beta(alpha, alpha) with those probabilities of a smaller one; 0 for alpha = 0."""
    if alpha in (0, 1):
        return alpha * chance
    from scipy.special import betaincinv

    return betaincinv(alpha, alpha, chance)
