"""What the data hides: copies of one picture."""

from pellucid.checks.copies import Copies, find_copies, join, renumbered

__all__ = ["Copies", "find_copies", "join", "renumbered"]
