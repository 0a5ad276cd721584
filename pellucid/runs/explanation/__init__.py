"""One picture explained by a trained model: the picture, what lies near to it in training, and the page."""

from pellucid.runs.explanation.explaining import Explanation, explain, explained

__all__ = ["Explanation", "explain", "explained"]
