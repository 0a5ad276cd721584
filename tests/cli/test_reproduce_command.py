import json

import numpy as np
import pytest
from PIL import Image

from pellucid.systems import SYSTEMS
from tests.cli.program import one_line

pytestmark = pytest.mark.usefixtures("no_figures")


def test_list(run):
    ended = run("reproduce")
    assert (ended.status, ended.err) == (0, "")
    assert [line.split()[0] for line in ended.out.splitlines()] == [each.name for each in SYSTEMS]
    listed = json.loads(run("reproduce", "--json").out)["systems"]
    assert [each["name"] for each in listed] == [each.name for each in SYSTEMS]
    assert "faithful" in listed[0]["variants"]


def test_one_variant(run, tmp_path):
    rng = np.random.default_rng(0)
    for part in ("train", "test"):
        (tmp_path / "pictures" / part).mkdir(parents=True)
        for number in range(8):
            name = f"{('cat', 'noncat')[number % 2]}{number}.png"
            Image.fromarray(rng.integers(0, 256, (16, 16, 3), np.uint8)).save(tmp_path / "pictures" / part / name)
    asked = ("reproduce", "cats", tmp_path / "pictures", "--quick", "--variants", "trap", "--out", tmp_path / "out", "-q")
    ended = run(*asked)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines()[1].startswith("trap")
    found = json.loads(run(*asked, "--json").out)
    assert (found["system"], found["quick"], found["left_out"]) == ("cats", True, {})
    assert [(each["variant"], each["seeds"], each["n_test"]) for each in found["variants"]] == [("trap", 1, 8)]
    assert found["claims"][1]["claimed"] == "72.5 % of 40"


def test_a_network_that_names_no_classes_is_told_by_the_variance(run, tmp_path):
    ended = run("reproduce", "digits", "--quick", "--variants", "autoencoder", "--out", tmp_path / "out", "-q")
    assert ended.status == 0 and "% of the variance" in ended.out.splitlines()[1]


def test_what_a_user_can_get_wrong(run, monkeypatch, tmp_path):
    monkeypatch.delenv("PELLUCID_DATA", raising=False)
    assert one_line(run("reproduce", "dogs")).startswith("no system dogs")
    assert one_line(run("reproduce", "cats", "--variants", "best")).startswith("cats has no variant best")
    assert one_line(run("reproduce", "rabbits", "--out", tmp_path / "out")).startswith("no pictures for rabbits")
    assert one_line(run("reproduce", "--quick")).startswith("no system named")
    assert not (tmp_path / "out").exists()
