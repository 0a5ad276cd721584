"""The search for settings: a study holds the trials, a trial is one training, the search is what came out."""

from pellucid.runs.tuning.search import Search
from pellucid.runs.tuning.tuning import tune

__all__ = ["Search", "tune"]
