"""Which runs can be tested against each other, on which pictures, and what differs between their recipes."""

import json

import pytest

from pellucid.evaluation import ComparedRun, compare_runs, wilson


def made(name, right=8, n=10, start=0, **changes):
    """A run that was tested on pictures start.png ... and has the first `right` of them right."""
    answers = {
        f"{k}.png": ("cat" if k % 2 else "ape", "cat" if (k % 2 == 1) == (k - start < right) else "ape")
        for k in range(start, start + n)
    }
    fields = {
        "name": name,
        "folder": f"runs/{name}",
        "data": "animals",
        "data_sha256": "abc",
        "shape": (8, 8, 1),
        "classes": ("ape", "cat"),
        "part": "test",
        "scores": {"test": {"n": n, "accuracy": right / n, "interval": list(wilson(right, n)), "loss": 0.5}},
        "parameters": 100,
        "epochs": [{"seconds": 1.5}, {"seconds": 0.5}],
        "settings": {"name": "photographs", "data.source": "animals", "training.seed": 0},
        "answers": answers,
    }
    return ComparedRun(**fields | changes)


def pair(first, second):
    [found] = compare_runs([first, second]).pairs
    return found


def test_only_pictures_that_both_were_tested_on_count():
    found = pair(made("a", right=8), made("b", right=3, start=4))
    assert found.pairing.n == 6  # 4.png to 9.png
    assert (found.pairing.both, found.pairing.first, found.pairing.second, found.pairing.neither) == (3, 1, 0, 2)
    assert list(found.first_right) == ["7.png"] and not found.second_right


def test_a_picture_with_another_label_counts_for_neither():
    second = made("b")
    second.answers["0.png"] = ("cat", "cat")
    assert pair(made("a"), second).pairing.n == 9


def test_names_of_classes_count_not_their_order():
    assert pair(made("a"), made("b", classes=("cat", "ape"))).pairing.n == 10


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"classes": (), "answers": {}}, "“b” gives back pictures and names no classes"),
        ({"data": "plants", "data_sha256": "x", "settings": {}}, "they were trained on different data (animals and plants)"),
        (
            {"data_sha256": "x", "settings": {"data.source": "other/animals"}},
            "they were trained on different data (animals and animals)",
        ),
        ({"classes": ("ape", "cat", "cow")}, "they choose among different classes"),
        ({"answers": {}}, "“b” held back no test pictures"),
        ({"start": 20}, "no picture was a test picture of both"),
    ],
)
def test_what_cannot_be_tested_says_why(changes, reason):
    found = pair(made("a"), made("b", **changes))
    assert found.pairing is None and found.better is None
    assert found.reason == reason
    assert found.to_json()["p"] is None and found.to_json()["common"] == 0


def test_pictures_read_at_another_size_are_matched_by_name():
    moved = {"data.source": "/elsewhere/animals"}
    found = pair(made("a"), made("b", data_sha256="x", shape=(16, 16, 1), settings=moved))
    assert found.pairing.n == 10 and found.by_name
    assert not pair(made("a"), made("b")).by_name


def test_a_clear_difference_has_a_winner_and_a_small_one_has_not():
    assert pair(made("a", 38, 40), made("b", 20, 40)).better.name == "a"
    assert pair(made("a", 20, 40), made("b", 38, 40)).better.name == "b"
    assert pair(made("a", 38, 40), made("b", 36, 40)).better is None


def test_many_pairs_are_corrected_together():
    """6 against none of 40 is a difference for two runs, and none among ten pairs."""
    alone = pair(made("a", 40, 40), made("b", 34, 40))
    assert alone.pairing.p == alone.corrected == pytest.approx(0.03125) and alone.better.name == "a"
    names = "abcde"
    many = compare_runs([made(name, 34 if name == "b" else 40, 40) for name in names])
    assert len(many.pairs) == 10
    first = many.pairs[0]
    assert first.pairing.p == pytest.approx(0.03125) and first.corrected == pytest.approx(0.3125) and first.better is None


def test_only_what_differs_is_named():
    first = made("a", settings={"name": "x", "description": "y", "loss.l2": 0.0, "training.seed": 0, "network.hidden": [8]})
    second = made("b", settings={"name": "z", "loss.l2": 0.0, "training.seed": 1})
    assert compare_runs([first, second]).differences == {"training.seed": [0, 1], "network.hidden": [[8], None]}


def test_a_key_that_an_older_version_lacked_differs_only_where_it_was_used():
    first = made("a", settings={"augment.shear": 0.0, "augment.noise": 0.2})
    second = made("b", settings={})
    usual = {"augment.shear": 0.0, "augment.noise": 0.0}
    assert compare_runs([first, second], usual).differences == {"augment.noise": [0.2, None]}


def test_json_is_plain():
    found = compare_runs([made("a"), made("b", 3), made("c", classes=(), answers={}, scores={"test": {"n": 3, "explained": 0.9}})])
    values = json.loads(json.dumps(found.to_json()))
    assert values == found.to_json()
    assert [run["name"] for run in values["runs"]] == ["a", "b", "c"]
    assert values["runs"][0]["seconds"] == 2.0 and values["runs"][2]["explained"] == 0.9
    assert [row["reason"] == "" for row in values["pairs"]] == [True, False, False]
