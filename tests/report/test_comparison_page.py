"""What a comparison says in words, and its page: complete, self-contained, deaf to hostile names."""

import re

import numpy as np
import pytest

from pellucid.evaluation import compare_runs
from pellucid.report import render_comparison
from pellucid.report.comparison import setting
from pellucid.report.comparison_sentences import findings, headline
from pellucid.words import p_value
from tests.evaluation.test_comparison import made
from tests.report.test_page import ATTACK, ATTRIBUTES, Page


def epochs(n, validation=True):
    return [
        {"loss": 2 * 0.8**k, "accuracy": 1 - 0.7 * 0.8**k, "seconds": 0.5}
        | ({"validation_loss": 2.1 * 0.8**k, "validation_accuracy": 0.9 - 0.6 * 0.8**k} if validation else {})
        for k in range(n)
    ]


def run(name, right=8, n=10, **changes):
    """A run with everything that the page shows."""
    found = made(name, right, n, **{"epochs": epochs(6)} | changes)
    for score in found.scores.values():
        score["per_class"] = [{"name": each, "recall": right / n} for each in found.classes]
    return found


AUTOENCODER = {"classes": (), "answers": {}, "scores": {"test": {"n": 9, "loss": 0.01, "baseline": 0.1, "explained": 0.9}}}


def plain(sentences):
    return [sentence.replace("\u00a0", " ") for sentence in sentences]


def said(*runs):
    return " ".join(plain(findings(compare_runs(runs))))


def test_a_winner_is_called_one():
    text = said(run("a", 38, 40), run("b", 20, 40))
    assert text.startswith(
        "“a” is better than “b”: of 40 common test pictures, “a” alone is right on 18, “b” alone on 0. That is 45.0 points more"
    )
    assert "(95 % interval +" in text and "rarely differ so much (p < 0.001)" in text
    assert headline(compare_runs([run("b", 20, 40), run("a", 38, 40)])) == "“a” is better by 45.0\u00a0points"
    assert "“a” is better than “b”: of 40 common test pictures, “b” alone is right on 0, “a” alone on 18." in said(
        run("b", 20, 40), run("a", 38, 40)
    )


def test_what_cannot_be_told_apart_is_not():
    pair = run("a", 48, 50), run("b", 46, 50)
    assert headline(compare_runs(pair)) == "These two cannot be told apart on 50\u00a0pictures"
    text = said(*pair)
    assert text.startswith(
        "“a” and “b” cannot be told apart on 50 common test pictures: “a” alone is right on 2, “b” alone on 0; so few"
    )
    assert "In truth “a” may be up to" in text and "or “b” up to" in text
    assert "nothing tells them apart" in said(run("a"), run("b"))
    assert "equally good runs would often differ so much" in said(run("a", 30, 60), run("b", 30, 60, answers=other_half(60)))


def other_half(n):
    """Right where `made` is wrong."""
    found = made("x", n // 2, n).answers
    return {name: (label, {"ape": "cat", "cat": "ape"}[answer]) for name, (label, answer) in found.items()}


def test_reasons_are_said():
    text = said(run("a"), run("b", **AUTOENCODER))
    assert text.startswith("“a” and “b” cannot be tested against each other: “b” gives back pictures and names no classes.")


def test_many_runs_are_set_beside_the_best():
    runs = [
        run("a", 40, 40),
        run("b", 39, 40),
        run("c", 20, 40),
        run("d", 3, 4, data="x", data_sha256="y", settings={}),
        run("e", **AUTOENCODER),
    ]
    text = said(*runs)
    assert "“a” has the highest accuracy, 100 %." in text
    assert "it is better than “c”, beyond what chance does." in text
    assert "From “b” it cannot be told apart." in text
    assert "It cannot be tested against “d”: they were trained on different data (animals and x)." in text
    assert "Picked as the best of 4 by the test pictures" in text


def test_a_difference_that_chance_makes_among_many_is_named_so():
    runs = [run("a", 40, 40), run("b", 34, 40), run("c", 37, 40)]
    text = said(*runs)
    assert "“a” and “b” may differ, but it is not shown" in text
    assert "Alone that would be rare (p = 0.031); among 3 pairs it is not (p = 0.094)." in text


def test_what_differs_is_said():
    both = {"data.source": "animals"}
    assert "The runs differ in the seed alone, so whatever lies between them is luck." in said(
        run("a"), run("b", settings={"name": "photographs", "data.source": "animals", "training.seed": 1})
    )
    assert "All settings are the same, and so are the data." in said(run("a"), run("b"))
    assert "One setting differs: `loss.l2`." in said(
        run("a", settings=both | {"loss.l2": 0.0}), run("b", settings=both | {"loss.l2": 0.1})
    )
    keys = [{f"x.{k}": value for k in range(5)} for value in (0, 1)]
    assert "5 settings differ; they are listed below." in said(run("a", settings=both | keys[0]), run("b", settings=both | keys[1]))


def test_circumstances_are_said():
    few = said(run("a", 8, 10), run("b", 8, 10, answers={k: v for k, v in made("b").answers.items() if k < "4"}))
    assert "Only 4 of 4" not in few  # all that the smaller test has is common
    assert "Only 6 of 10 test pictures are common, for the splits differ" in said(run("a"), run("b", start=4))
    assert "found by their names and labels, for they were read at another size" in said(
        run("a"), run("b", data_sha256="x", shape=(16, 16, 1))
    )
    assert "those of the networks of the folds" in said(
        run("a"), run("b", part="cross-validation", scores={"cross-validation": run("b").score})
    )
    assert "“b” has 5 times as many parameters." in said(run("a"), run("b", parameters=500))
    assert "“b” has 5 times as many parameters and trained 2 times as long" in said(
        run("a"), run("b", parameters=500, epochs=epochs(12))
    )
    assert "test rows" in said(run("a", shape=(3,)), run("b", shape=(3,)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "true"),
        ("", "none"),
        ([], "none"),
        ([64, 32], "64, 32"),
        ({"*.b": 2.0}, "*.b = 2.0"),
        ([{"type": "Dense", "units": 3, "activation": "relu"}, {"type": "Flatten"}], "Dense(units=3, activation=relu), Flatten()"),
    ],
)
def test_settings_read_well(value, text):
    assert setting(value) == text


def test_probabilities_read_well():
    assert [p_value(each) for each in (1.0, 0.625, 0.03125, 1e-5)] == [
        "p\u00a0=\u00a01",
        "p\u00a0=\u00a00.62",
        "p\u00a0=\u00a00.031",
        "p\u00a0<\u00a00.001",
    ]


def parsed(*runs):
    """The parsed page, after all that must hold for every page."""
    html = render_comparison(compare_runs(runs))
    page = Page(html)
    assert page.open == []
    assert html.count("<script") == 0 and "http-equiv" in html
    for tag, attributes in page.tags:
        assert set(attributes) <= ATTRIBUTES[None] | ATTRIBUTES.get(tag, set()) | {"colspan"}, (tag, attributes)
        for key in ("src", "href"):
            assert attributes.get(key, "#").startswith(("data:", "#"))
        if "style" in attributes and not attributes["style"].startswith(("fill", "stroke", "font", "clip")):
            assert re.fullmatch(r"(--[a-z-]+: [\d.e-]+;? ?)+", attributes["style"]), attributes["style"]
    assert not re.findall(r"url\((?!#)|@import|https?:", html)
    return page


def test_a_page_shows_everything():
    page = parsed(
        run("a", 38, 40),
        run("b", 30, 40, epochs=epochs(9, validation=False), settings={"training.seed": 7, "data.source": "animals"}),
    )
    for text in ("is better by 20.0 points", "40 common", "The runs", "On the same pictures", "Learning", "What differs"):
        assert text in page.text
    assert sum(tag == "svg" for tag, _ in page.tags) == 3
    assert "training.seed" in page.text and "8 pictures that one has right and the other wrong" in page.text
    assert "Without validation pictures the strong line is training: “ b ”" in page.text


@pytest.mark.parametrize("n", [2, 4, 9])
def test_any_kinds_of_runs_make_a_page(n):
    kinds = [{}, AUTOENCODER, {"epochs": []}, {"data": "x", "data_sha256": "y", "settings": {"loss.name": "other"}}]
    runs = [run(f"run-{k}", 20 + k, 30, **kinds[k % 4]) for k in range(n)]
    page = parsed(*runs)
    assert all(one.name in page.text for one in runs)


def test_autoencoders_alone_make_a_page():
    page = parsed(*(run(name, **AUTOENCODER) for name in "ab"))
    assert "These two cannot be tested against each other" in page.text and "90.0 % given back" in page.text


def test_hostile_names_are_text():
    classes = (ATTACK, "cat")
    answers = {f"{ATTACK}{k}": (ATTACK, "cat" if k < 3 else ATTACK) for k in range(9)}
    other = {name: (label, ATTACK) for name, (label, _) in answers.items()}
    fields = {
        "classes": classes,
        "data": ATTACK,
        "folder": ATTACK,
        "settings": {"name": ATTACK, ATTACK: ATTACK, "data.source": ATTACK},
    }
    page = parsed(
        run(ATTACK, answers=answers, **fields),
        run(f"b{ATTACK}", answers=other, **fields | {"settings": {ATTACK: "x", "data.source": ATTACK}}),
    )
    assert "alert(1)" in page.text


def test_curves_lie_over_each_other():
    from matplotlib.figure import Figure

    from pellucid.report.figures.comparison import accuracy_by_time, loss_curves

    ax = Figure().subplots()
    runs = [run("a"), run("b", epochs=epochs(3, validation=False)), run("c", epochs=[])]
    loss_curves(ax, runs)
    strong = [line for line in ax.lines if line.get_alpha() == 1.0]
    assert [len(line.get_xdata()) for line in strong] == [6, 3]
    assert np.allclose(strong[0].get_ydata(), [2.1 * 0.8**k for k in range(6)])
    assert len({line.get_color() for line in ax.lines}) == 2
    ax = Figure().subplots()
    accuracy_by_time(ax, runs)
    assert np.allclose(ax.lines[-1].get_xdata(), [0.5, 1.0, 1.5])
