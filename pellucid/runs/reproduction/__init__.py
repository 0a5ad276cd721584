"""Published systems trained here: the plan of their variants, the log of what is finished, and the page beside the claims."""

from pellucid.runs.reproduction.reproducing import reproduce
from pellucid.runs.reproduction.reproduction import Reproduction

__all__ = ["Reproduction", "reproduce"]
