"""The section of the report that says how healthy the training was."""

import re

from pellucid.report import render
from pellucid.report.doctor import diagnoses, verdict
from tests.report.conftest import epochs

DEAD = {"fault": "dead units", "epoch": 2, "what": "9 of 16 units never fire", "cure": "lower the rate (--set a.b=c)"}
UNSCALED = {"fault": "data not scaled", "epoch": None, "what": "the inputs are not scaled", "cure": "try `pellucid find-lr`"}


def watched(*findings):
    """Twelve epochs; the findings were made in the third one."""
    return [epoch | {"findings": list(findings) if epoch["number"] == 2 else []} for epoch in epochs(12)]


def section(page):
    found = re.search(r'<section id="doctor">.*?</section>', page, re.DOTALL)
    return found and found[0]


def test_faults_come_with_when_and_cure(make_report):
    text = section(render(make_report(epochs=watched(UNSCALED, DEAD))))
    assert "named 2\u00a0faults" in text
    assert text.index("The inputs are not scaled.") < text.index("9 of 16 units never fire.")
    assert "before the first step" in text and "after epoch 3" in text
    assert "<code>--set a.b=c</code>" in text and "<code>pellucid find-lr</code>" in text


def test_a_healthy_training_is_called_healthy(make_report):
    text = section(render(make_report(epochs=watched())))
    assert "watched 12\u00a0epochs and found nothing wrong" in text and "<dl" not in text


def test_without_a_doctor_there_is_no_section(make_report):
    assert section(render(make_report())) is None
    assert section(render(make_report(epochs=[]))) is None
    assert verdict(epochs(3)) == "" and diagnoses(epochs(3)) == []


def test_words_of_a_users_own_layer_are_escaped(make_report):
    page = render(make_report(epochs=watched(DEAD | {"what": "<script>alert(1)</script>"})))
    assert "<script" not in page
