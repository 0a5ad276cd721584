import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pellucid.errors import DataError, RecipeError
from pellucid.images.source_opening import open_source


@pytest.fixture
def pets(tmp_path) -> Path:
    """Folders cat (4 pictures), dog (3) and cow (2)."""
    for name, count in (("cat", 4), ("dog", 3), ("cow", 2)):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(count):
            Image.new("L", (2, 2)).save(tmp_path / "pets" / name / f"{number}.png")
    return tmp_path / "pets"


def refused(*args, error=DataError, **settings) -> str:
    with pytest.raises(error) as raised:
        open_source(*args, **settings)
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_all_classes(pets):
    source = open_source(str(pets))
    assert source.classes == ("cat", "cow", "dog")
    assert source.location == str(pets)


def test_chosen_classes_in_the_given_order(pets):
    source = open_source(pets, classes=["dog", "cat"])
    assert source.classes == ("dog", "cat")
    assert [source.classes[label] for label in source.labels] == [path.split("/")[0] for path in source.paths]
    assert source.label_rule == 'one folder per class: "dog" (3), "cat" (4); left out: "cow" (2)'


def test_unknown_class(pets):
    assert 'no class "cta" in' in (message := refused(pets, classes=["dog", "cta"]))
    assert 'did you mean "cat"?' in message
    assert refused(pets, classes=["dog", "zebra"]).endswith('it has "cat", "cow", "dog"')
    assert "named twice" in refused(pets, classes=["dog", "dog"])


def test_too_few(pets):
    message = refused(pets, classes=["dog"])
    assert 'only one class, "dog" (3), in' in message and "name another one with --classes; left out: " in message
    (pets / "cow" / "1.png").unlink()
    message = refused(pets)
    assert 'class "cow" has a single picture' in message and '"cow/0.png"' in message
    assert open_source(pets, classes=["cat", "dog"]).classes == ("cat", "dog")


def test_only_one_class_with_folders_below_it(pets):
    assert refused(pets.parent).endswith(f"if its sub-folders are the classes, give {pets}")
    assert "say with --label-rule how" in refused(pets / "cat", label_rule=r"[.](png)")


def test_known_classes_of_a_model(pets):
    (pets / "cow" / "1.png").unlink()
    source = open_source(pets, known=("zebra", "dog", "cow", "cat"))
    assert source.classes == ("zebra", "dog", "cow", "cat")
    assert [source.classes[label] for label in source.labels] == [path.split("/")[0] for path in source.paths]
    assert 'no class "cat" in the model: did you mean "cats"?' in refused(pets, known=("cats", "dog", "cow"))


def test_some_classes_for_a_model_that_knows_fewer(pets):
    assert 'no class "cow" in the model' in refused(pets, known=("dog", "cat"))
    source = open_source(pets, known=("dog", "cat"), classes=("cat",))
    assert source.classes == ("dog", "cat") and set(source.labels.tolist()) == {1}
    assert source.label_rule == 'one folder per class: "dog" (0), "cat" (4); left out: "cow" (2), "dog" (3)'


def test_test_class_without_training_pictures(pets):
    for part, name in (("train", "cat"), ("train", "dog"), ("test", "cat"), ("test", "cow")):
        (pets / part).mkdir(exist_ok=True)
        for number in range(2):
            (pets / part / f"{name}{number}.png").touch()
    for name in ("cat", "cow", "dog"):
        for path in (pets / name).iterdir():
            path.unlink()
    message = refused(pets)
    assert 'class "cow" has 2 pictures' in message
    assert 'none in its training part; that has "cat", "dog"' in message


def test_nothing_there(pets, tmp_path):
    assert refused("digit") == 'no such folder or file: "digit"; did you mean digits?'
    assert refused(tmp_path / "pet").endswith(f"did you mean {pets}?")
    for missing in (tmp_path / "zebras", tmp_path / "somewhere" / "else"):
        assert "expected a folder of pictures, a file of pictures (CSV, JSON lines, .npz, " in refused(missing)
    assert "no such folder" in refused("")
    assert "no such folder" in refused("nul\0byte/\0")


def test_not_a_source(pets):
    assert "cannot train on" in refused(pets / "cat" / "0.png")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_may_not_be_read(pets):
    pets.chmod(0)
    try:
        assert "cannot read the folder" in refused(pets)
        assert "cannot read" in refused(pets / "cat")
    finally:
        pets.chmod(0o700)


def test_settings_for_another_kind_of_source(pets, tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros((4, 2, 2)), y=[0, 0, 1, 1])
    assert "label_rule says nothing about digits" in refused("digits", label_rule="folder", error=RecipeError)
    assert "label_rule says nothing" in refused(tmp_path / "a.npz", label_rule="folder", error=RecipeError)
    assert "keys says nothing" in refused(pets, keys={"x": "a", "y": "b"}, error=RecipeError)


def test_empty_settings_are_no_settings():
    assert open_source("digits", classes=[], label_rule="", keys={}).classes == tuple("0123456789")


def test_home_folder(pets, monkeypatch):
    monkeypatch.setenv("HOME", str(pets.parent))
    monkeypatch.setenv("USERPROFILE", str(pets.parent))
    source = open_source("~/pets")
    assert (source.location, source.root) == ("~/pets", pets)


def test_hostile_class_names_stay_on_one_line(tmp_path):
    for name in ('a"b', "<script>", "line\nbreak"):
        try:
            (tmp_path / name).mkdir()
        except OSError:
            pytest.skip("this system refuses such names itself")
        for number in range(2):
            (tmp_path / name / f"{number}.png").touch()
    source = open_source(tmp_path)
    assert source.label_rule == r'one folder per class: "<script>" (2), "a\"b" (2), "line\nbreak" (2)'
