"""What the report says about refused pictures is what the numbers say."""

from dataclasses import replace

import numpy as np

from pellucid.evaluation import Refusals, answered, promise, risk_coverage, score
from pellucid.refusal import NONE_OF_THESE, NOT_SURE
from pellucid.report import figures, render
from pellucid.report.data import Answer, Picture
from pellucid.report.refusals import gained, promised, strange


def answers(n=2000):
    """Right above 0.8, half wrong below it."""
    confidence = np.linspace(0.99, 0.6, n)
    right = (confidence > 0.8) | (np.arange(n) % 2 == 0)
    return np.stack([confidence, 1 - confidence], axis=1), np.where(right, 0, 1)


def refusals(risk=0.02, left=True):
    p, labels = answers()
    curve = risk_coverage(p, labels)
    found = promise(curve, risk) if risk else None
    refused = np.where(p[:, 0] < 0.8, NOT_SURE, "").astype("<U13")
    refused[3] = NONE_OF_THESE
    return Refusals(curve, risk, found, 0.5, answered(labels, np.zeros(len(labels), int), refused) if left else None)


def test_the_promise_in_words():
    said = promised(refusals())
    assert said.startswith("Below ") and "the answer is “not sure”" in said and "at most 2.0\u00a0% of those to come" in said
    assert "no threshold can promise it" in promised(replace(refusals(0.0, False), risk=0.001))
    offered = promised(refusals(0.0, False))
    assert "always answers" in offered and "`--abstain-at-risk 0.02`" in offered


def test_no_risk_is_offered_that_so_few_pictures_cannot_promise():
    p, labels = answers()
    found = {n: promised(Refusals(risk_coverage(p[:n], labels[:n]), 0.0, None, 0.5, None)) for n in (262, 100, 20)}
    assert "`--abstain-at-risk 0.05`" in found[262] and "`--abstain-at-risk 0.1`" in found[100]
    assert "too few to choose a threshold" in found[20] and "abstain-at-risk" not in found[20]


def test_the_gain_in_words():
    p, labels = answers()
    found = refusals()
    scores = score(labels, p, ("a", "b"), 0.5)
    said = gained(scores, found.answered, "test")
    assert f"{found.answered.given:,} are answered" in said and "points more than if all were answered" in said
    assert "1 of the 2,000\u00a0test pictures is refused (0.1\u00a0%)" in strange(found, "test")
    nothing = replace(found.answered, unsure=found.answered.n - 1, strange=1, correct=0)
    assert gained(scores, nothing, "test").startswith("None of the 2,000")


def test_the_section_shows_curve_and_pictures(make_report):
    assert '<section id="refusals">' not in render(make_report())
    pixels = np.zeros((8, 8, 1), np.uint8)
    shown = [Answer(Picture(f"<i>{k}", pixels), "ape", "bee", 0.6, 0.1, why) for k, why in enumerate((NOT_SURE, NONE_OF_THESE))]
    page = render(make_report(refusals=refusals(), refused=shown))
    section = page[page.index('<section id="refusals">') :]
    assert "asked for: 2.0" in section and "Not sure: " in section and "None of these: 1" in section
    assert "<i>0" not in page


def test_the_plot_takes_an_ax():
    from matplotlib.figure import Figure

    for found in (refusals(), refusals(0.0)):
        figure = Figure()
        figures.risk_coverage(figure.subplots(), found)
        figure.canvas.draw()
