"""Lighter, flatter, paler."""

import numpy as np

from pellucid.images.augmentation.draws import Draws


def changes(draws: Draws, width: float, brightness: float, contrast: float, saturation: float) -> np.ndarray:
    """The (N, 3) float32 changes of `kernels.colour`: factors of saturation and contrast around 1, and what is added.

    width: of the value range, of which `brightness` is a share.
    """
    paler = 1 + saturation * draws.around_zero("saturation", 1)[0]
    flatter = 1 + contrast * draws.around_zero("contrast", 1)[0]
    lighter = brightness * width * draws.around_zero("brightness", 1)[0]
    return np.stack([paler, flatter, lighter], axis=1).astype(np.float32)
