import json

import numpy as np
import pytest
from PIL import Image

from benchmarks.planted.pictures import mirrored, scene
from tests.cli.program import one_line

pytestmark = pytest.mark.usefixtures("no_figures")


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Cats as PNG, dogs as JPEG; a mirrored cat among the dogs, a picture twice, a blank one, a broken one."""
    folder, rng = tmp_path_factory.mktemp("check") / "photos", np.random.default_rng(0)
    for name, suffix in (("cat", "png"), ("dog", "jpg")):
        (folder / name).mkdir(parents=True)
        for number in range(24):
            scene(rng).save(folder / name / f"{number}.{suffix}")
    first = Image.open(folder / "cat" / "0.png")
    mirrored(first).save(folder / "dog" / "wrong.jpg")
    first.resize((50, 50)).save(folder / "cat" / "again.png")
    Image.new("RGB", (72, 72), "white").save(folder / "cat" / "white.png")
    (folder / "dog" / "cut.jpg").write_bytes((folder / "dog" / "1.jpg").read_bytes()[:500])
    return folder


def test_json(run, photos, tmp_path):
    found = json.loads(run("check", photos, "--json", "--out", tmp_path / "page.html").out)
    assert (found["files"], found["distinct"]) == (52, 49)
    assert found["groups"] == [["cat/0.png", "cat/again.png", "dog/wrong.jpg"]]
    assert {frozenset(each["path"] for each in pair) for pair in found["conflicts"]} >= {frozenset({"cat/0.png", "dog/wrong.jpg"})}
    assert {each["fact"] for each in found["shortcuts"]} >= {"file format"}
    assert [(each["path"], each["kind"]) for each in found["odd"]] == [("cat/white.png", "blank")]
    assert [each["path"] for each in found["broken"]] == ["dog/cut.jpg"]
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("data:image") >= 6 and "One picture, two labels" in page and "again.png" in page


def test_words(run, photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = run("check", photos, "--quiet")
    assert (ended.status, ended.err) == (0, "")
    assert "warning: The file format alone tells the class of 100 % of the pictures (JPEG: dog; PNG: cat)" in ended.out
    assert ended.out.splitlines()[-1] == "pictures of all this: photos-check.html"
    assert (tmp_path / "photos-check.html").is_file()


def test_train_says_it_and_keeps_it(run, photos, tmp_path):
    ended = run("train", photos, "--out", tmp_path / "run", "--epochs", "1", "--recipe", "mnist/part-two", "--size", "16")
    assert ended.status == 0, ended.err
    assert "copies: 2 of 51 pictures repeat another one" in ended.err and "warning: The file format" in ended.err
    assert json.loads((tmp_path / "run" / "checks.json").read_text())["distinct"] == 49
    assert 'id="checks"' in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_bad_input(run, tmp_path):
    assert "nowhere" in one_line(run("check", tmp_path / "nowhere"))
    assert "no source given" in one_line(run("check"))
