"""The scikit-learn face: estimators with the manners of its multi-layer perceptrons, over pellucid's networks."""

from pellucid.estimators.classifier import PellucidClassifier
from pellucid.estimators.cluster import register_ray
from pellucid.estimators.regressor import PellucidRegressor
from pellucid.estimators.transformer import PellucidTransformer

__all__ = ["PellucidClassifier", "PellucidRegressor", "PellucidTransformer", "register_ray"]
