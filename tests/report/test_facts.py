"""What the report says of the input."""

import pytest

from pellucid.report import InputFacts
from pellucid.report.facts import input_facts


def rows(**settings):
    facts = InputFacts(shape=(8, 8, 1), fit="stretch", normalisation="unit", **settings)
    return dict(input_facts(facts, {(8, 8): 3}))


def test_nothing_is_said_of_changes_that_are_not_made():
    assert rows().keys() == {"Input"}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"flip": True}, "flip"),
        ({"flip": "alternating", "crop": 4}, "flip alternating and crop 4"),
        ({"rotate": 12.5, "elastic_sigma": 2.0, "originals": True}, "rotate 12.5, elastic sigma 2 and originals"),
    ],
)
def test_changes_are_listed(changes, text):
    assert rows(changes=changes)["Changed in training"] == text


def test_views_are_told():
    assert "five views" in rows(views="shift")["Answers"]
    assert "mirror image" in rows(views="flip")["Answers"] and "six views" in rows(views="flip+shift")["Answers"]
