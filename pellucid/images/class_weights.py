"""Weights that make up for classes of different sizes."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from pellucid.errors import RecipeError
from pellucid.images.labels import in_words, quoted


def class_weights(
    labels: np.ndarray,
    classes: Sequence[str],
    rule: str | Mapping[str, float],
    indices: np.ndarray | slice = slice(None),
) -> np.ndarray:
    """The weight w (N,) float32 of each picture, by its class k.

    "none": w = 1.  "balanced": w = n / (K n_k), with n pictures and n_k of class k counted over `indices` (the training
    part); a class without a picture there weighs 1.  {class name: weight}: as given, 1 for a class not named.
    "balanced" is the heuristic of King and Zeng, "Logistic Regression in Rare Events Data" (2001), as in scikit-learn.

    Raises RecipeError for another rule, an unknown class, or a weight that is not a positive number.
    """
    weights = np.ones(len(classes), dtype=np.float64)
    if isinstance(rule, Mapping):
        for name, weight in rule.items():
            if name not in classes:
                raise RecipeError(f"class_weight names the class {quoted(name)}, but there are {in_words(classes)}")
            if not (weight > 0 and math.isfinite(weight)):
                raise RecipeError(f"class_weight of {quoted(name)} is {weight}: give a number above 0")
            weights[classes.index(name)] = weight
    elif rule == "balanced":
        counts = np.bincount(labels[indices], minlength=len(classes))
        seen = counts > 0
        weights[seen] = counts.sum() / (len(classes) * counts[seen])
    elif rule != "none":
        raise RecipeError(f'class_weight is {quoted(str(rule))}: give "none", "balanced", or a weight for each class')
    return weights.astype(np.float32)[labels]
