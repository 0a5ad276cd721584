"""The benchmark of the estimators runs and says what it found."""

import json

import pytest

from benchmarks import estimators


@pytest.mark.slow
def test_a_quick_run(tmp_path, capsys):
    estimators.main(["--quick", "--json", str(tmp_path / "fits.json")])
    found = json.loads((tmp_path / "fits.json").read_text())
    [row] = found["fits"]
    assert row["ratio"] > 0 and set(row["accuracies"]) == {"ours", "theirs"}
    assert found["leaks"]["fits"] == 50 and found["first_fit_seconds"] > 0
    printed = capsys.readouterr().out
    assert "digits 64-32-10" in printed and "first fit of 150 x 4" in printed
