"""The published systems that pellucid reproduces, each as data and plain words; `pellucid reproduce NAME` trains them."""

from pellucid.systems.catalogue import SYSTEMS, system
from pellucid.systems.evidence import Evidence, Table
from pellucid.systems.results import Prediction, Results, Trained
from pellucid.systems.system import Claim, Finding, System, Variant

__all__ = ["SYSTEMS", "Claim", "Evidence", "Finding", "Prediction", "Results", "System", "Table", "Trained", "Variant", "system"]
