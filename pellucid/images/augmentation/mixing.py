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
    t: np.ndarray, w: np.ndarray | None, partners: np.ndarray, share: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Targets (N, K) and weights (N,) of mixed pictures: w t <- (1 - s) w_n t_n + s w_m t_m,  w <- (1 - s) w_n + s w_m.

    t: (N,) labels, which become rows of 0 and 1, or (N, K) float targets. So the cross-entropy of a mixed picture is the sum of
    that of both labels, each with its own weight, and so is its gradient.
    """
    targets = np.eye(classes, dtype=np.float32)[t] if t.ndim == 1 else t
    weights = np.ones(len(t), np.float32) if w is None else w
    mine, others = (1 - share) * weights, share * weights[partners]
    total = mine + others
    mixed = mine[:, None] * targets + others[:, None] * targets[partners]
    mixed /= np.where(total > 0, total, 1)[:, None]
    return mixed.astype(targets.dtype), None if w is None else total.astype(np.float32)


def _beta(alpha: float, chance: np.ndarray) -> np.ndarray:
    """Numbers from Beta(alpha, alpha) with those probabilities of a smaller one; 0 for alpha = 0."""
    if alpha in (0, 1):
        return alpha * chance
    from scipy.special import betaincinv

    return betaincinv(alpha, alpha, chance)
