import json

from PIL import Image

from tests.cli.program import one_line

FLIP = ("--recipe", "digits/faithful", "--set", "augment.flip=true")


def test_a_sheet_is_drawn_and_its_path_printed(run, tmp_path):
    ended = run("preview", "digits", "--set", "augment.shift=0.1", "--out", tmp_path / "sheet.png", "--quiet")
    assert ended == (0, f"{tmp_path / 'sheet.png'}\n", "")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 1000 and sheet.height > 1000


def test_json_tells_what_speaks_against_a_change(run, tmp_path):
    ended = run("preview", "digits", *FLIP, "--out", tmp_path / "sheet.png", "--json", "-q")
    told = json.loads(ended.out)
    assert told["augment"] == {"flip": True} and told["pictures"] == 10
    [warning] = told["warnings"]
    assert "augment.flip seems to change labels" in warning and ended.err == ""


def test_the_warning_is_a_line_for_people(run, tmp_path):
    ended = run("preview", "digits", "--set", "augment.flip=true", "--out", tmp_path / "sheet.png", "-q")
    assert ended.err.startswith("warning: augment.flip seems") and ended.err.count("\n") == 1


def test_a_recipe_that_changes_nothing(run, tmp_path):
    ended = run("preview", "digits", "--recipe", "digits/faithful", "-q", "--out", tmp_path / "sheet.png")
    assert "changes no pictures" in one_line(ended) and not (tmp_path / "sheet.png").exists()


def test_a_sheet_that_cannot_be_written(run, tmp_path):
    ended = run("preview", "digits", *FLIP, "-q", "--out", tmp_path / "none" / "sheet.png")
    assert "sheet.png" in one_line(ended)
