"""Sentences about baselines, calibration and curves; what they say is what the numbers say."""

from dataclasses import replace

import numpy as np
import pytest

from pellucid.evaluation import (
    Ladder,
    LearningCurve,
    Rung,
    Seen,
    Slice,
    Training,
    calibration,
    learning_curve,
    ranking,
    reliability,
)
from pellucid.report import figures, render, sentences, worth


def made(network, nearest, better, worse, n=100):
    rungs = (Rung("Most common class", "", 10, n), Rung("Nearest neighbour", "", nearest, n), Rung("This network", "", network, n))
    return Ladder(rungs, "test", 500, better, worse)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            made(95, 60, 36, 1),
            "Yes: the network is 35.0\u00a0points better than the best simple method, the nearest neighbour (60.0\u00a0%).",
        ),
        (made(62, 60, 4, 2), "Not shown: the network is 2.0\u00a0points better"),
        (made(60, 60, 3, 3), "No: the nearest neighbour has as many right (60.0\u00a0%), and is simpler."),
        (made(58, 60, 1, 3), "though on 100\u00a0pictures that may be chance."),
        (made(30, 60, 1, 31), "No: the nearest neighbour is 30.0\u00a0points better (60.0\u00a0%), and simpler."),
    ],
)
def test_who_wins(found, said):
    assert said in worth.ladder(found)


def curve(gain, interval, obstacle=""):
    return LearningCurve((Training(100, 40, 200), Training(200, 30, 200)), "test", obstacle, gain, interval)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (curve(0.03, (0.02, 0.04)), "Yes: twice the pictures would likely give 2.0–4.0\u00a0points more (85.0\u00a0% now)."),
        (curve(0.004, (0.001, 0.008)), "Hardly: twice the pictures would likely give at most 0.8\u00a0points more."),
        (curve(0.03, (0.001, 0.08)), "may give nothing, and may give 8.0\u00a0points more; a test on 200\u00a0pictures and"),
        (curve(np.nan, (np.nan, np.nan), "guessing"), "hardly better than guessing"),
        (curve(np.nan, (np.nan, np.nan), "few sizes"), "fewer than three numbers of pictures"),
    ],
)
def test_what_more_pictures_would_give(found, said):
    assert said in worth.learning_curve(found)


@pytest.mark.parametrize(
    ("seen", "said", "inflated"),
    [
        (
            Seen(20, 19, 20, 13),
            "20 of the 40\u00a0test pictures have a copy among the training pictures. Of these 95.0",
            True,
        ),
        (
            Seen(1, 1, 39, 39),
            "1 of the 40\u00a0test pictures has a copy among the training pictures. Of these 100\u00a0%",
            False,
        ),
        (Seen(40, 40, 0, 0), "this measures memory, and nothing else", True),
    ],
)
def test_what_copies_do_to_the_score(make_report, seen, said, inflated):
    data = make_report(seen=seen)
    assert said in sentences.copies_seen(data) and seen.inflated == inflated
    header, _, rest = render(data).partition("</header>")
    assert ("a copy among the training pictures" in header) == inflated != ("a copy among" in rest)


def test_the_page_draws_the_learning_curve(make_report):
    trainings = [Training(size, wrong, 500) for size, wrong in ((100, 200), (200, 150), (400, 110), (800, 80))]
    page = render(make_report(learning_curve=learning_curve(trainings, "test", 0.3)))
    assert "Would more pictures help?" in page and "1,600" in page and "Yes: twice the pictures" in page
    page = render(make_report(learning_curve=learning_curve(trainings[2:], "test", 0.3)))
    assert "Nobody can tell" in page and "shaded band" not in page


def answers(confidence, accuracy, n=1000):
    labels = (np.arange(n) >= accuracy * n).astype(int)
    return np.tile([confidence, 1 - confidence], (n, 1)), labels


@pytest.mark.parametrize(
    ("confidence", "accuracy", "n", "said"),
    [
        (0.9, 0.9, 1000, "can be taken at its word"),
        (0.99, 0.7, 1000, "it promises too much"),
        (0.6, 0.95, 1000, "it knows more than it claims"),
        (0.99, 0.7, 30, "nobody can tell"),
    ],
)
def test_how_far_confidence_can_be_believed(confidence, accuracy, n, said):
    assert said in worth.calibration(calibration(*answers(confidence, accuracy, n)))


def test_what_the_temperature_did():
    found = calibration(*answers(0.9, 0.9))
    assert worth.temperature(found) == "No temperature was fitted."
    assert "less sure" in worth.temperature(replace(found, temperature=1.5, fitted_on=80))
    assert "temperature 0.50, fitted on 80\u00a0validation pictures: it makes the network more sure" in worth.temperature(
        replace(found, temperature=0.5, fitted_on=80)
    )


def test_sections_appear_where_there_is_something_to_show(make_report):
    data = make_report()
    assert '<section id="ladder">' not in render(data)
    p = np.random.default_rng(0).dirichlet(np.ones(3), 90)
    labels = np.arange(90) % 3
    full = replace(
        data,
        ladder=made(62, 60, 4, 2),
        calibration=calibration(p, labels),
        ranking=ranking(p, labels, ("ape", "<b>bee</b>", "$cat$")),
    )
    page = render(full)
    for section in ("ladder", "calibration", "ranking"):
        assert f'<section id="{section}">' in page
    assert "<b>bee" not in page


def test_plots_take_an_ax():
    from matplotlib.figure import Figure

    p = np.random.default_rng(0).dirichlet(np.ones(3), 90)
    found = ranking(p, np.arange(90) % 3, ("ape", "bee", "$cat$"))
    for draw, values in (
        (figures.reliability, reliability(p.max(axis=1), p.argmax(axis=1) == 0)),
        (figures.roc, found.roc),
        (figures.roc, found.roc[:1]),
        (figures.precision_recall, found.precision_recall),
    ):
        figure = Figure()
        draw(figure.subplots(), values)
        figure.canvas.draw()


def test_only_what_is_worse_is_said_and_the_section_shows_all(make_report):
    dark = Slice("brightness", "dark, up to 9.0 %", 20, 50, 90, 100, 0.0002, 0.0004)
    left = Slice("folder", "left<b>", 40, 50, 70, 100, 0.4, 0.8)
    [sentence] = worth.worse_slices([left, dark])
    assert sentence.replace("\u00a0", " ") == (
        "Worse than the rest: brightness “dark, up to 9.0 %”. Of these 50 pictures 40.0 % are right, of the other 100 90.0 %; "
        "neither chance nor the mixture of classes explains it (p < 0.001, corrected for 2 parts that were looked at)."
    )
    page = render(make_report(slices=(dark, left)))
    assert page.count("Worse than the rest") == 2 and "left&lt;b&gt;" in page
    assert "No part of the pictures is worse" in render(make_report(slices=(left,)))
    assert '<section id="slices">' not in render(make_report())
