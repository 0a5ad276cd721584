import json
import math

from pellucid.cli.find_lr import chart
from pellucid.training import LearningRateSweep
from tests.cli.program import one_line


def test_chart_and_suggestion(run):
    ended = run("find-lr", "digits", "--hidden", "16")
    assert ended.status == 0
    assert ended.out.count("<- suggestion") == 1
    assert ended.out.splitlines()[-1].startswith("suggestion: --learning-rate ")


def test_json(run):
    printed = json.loads(run("find-lr", "digits", "--hidden", "16", "--json").out)
    assert set(printed) == {"learning_rates", "losses", "suggestion"}
    assert len(printed["learning_rates"]) == len(printed["losses"])


def test_chart_has_about_twenty_rows():
    rates = [10 ** (number / 20 - 5) for number in range(100)]
    rows = chart(LearningRateSweep(rates, [1.0] * 100, rates[42])).splitlines()
    assert 20 <= len(rows) <= 22
    assert [row for row in rows if "suggestion" in row] == [f"{rates[42]:.1e}  1.000  {'█' * 40} <- suggestion"]


def test_no_rate_that_could_be_tried(run, monkeypatch):
    sweep = LearningRateSweep([], [], math.nan)
    monkeypatch.setattr("pellucid.runs.find_learning_rate", lambda *_, **__: sweep)
    assert "the loss is no number" in one_line(run("find-lr", "digits"))
