"""What the data hides: copies of one picture, shortcuts, uneven classes, odd pictures, doubtful labels."""

from pellucid.checks.balance import UNEVEN, Shift
from pellucid.checks.bursts import bursts
from pellucid.checks.copies import MOST, NOT_SEARCHED, Copies, find_copies, join, renumbered
from pellucid.checks.facts import Facts, facts_of_files, mean_colours
from pellucid.checks.findings import Findings, examine, rule_in_words
from pellucid.checks.oddities import Oddity, find_oddities
from pellucid.checks.shortcuts import Shortcut, find_shortcuts
from pellucid.checks.suspects import Suspect, doubted_by_neighbours, doubted_out_of_fold, find_conflicts

__all__ = [
    "MOST",
    "NOT_SEARCHED",
    "UNEVEN",
    "Copies",
    "Facts",
    "Findings",
    "Oddity",
    "Shift",
    "Shortcut",
    "Suspect",
    "bursts",
    "doubted_by_neighbours",
    "doubted_out_of_fold",
    "examine",
    "facts_of_files",
    "find_conflicts",
    "find_copies",
    "find_oddities",
    "find_shortcuts",
    "join",
    "mean_colours",
    "renumbered",
    "rule_in_words",
]
