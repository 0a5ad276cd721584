import json
from pathlib import Path

import pytest
from PIL import Image

from pellucid.errors import DataError
from pellucid.images import open_source
from tests.images.readers.test_manifest import CATS, labelled, pictures, table

__all__ = ["pictures"]


def lay_out(folder: Path, lines: list[str], name: str = "metadata.csv") -> Path:
    """A table, and a picture for each of its lines below the first."""
    for line in lines[1:]:
        path = folder / line.split(",")[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (2, 2)).save(path)
    return table(folder, *lines, name=name)


LINES = ["file_name,label", "0.png,cat", "1.png,dog", "2.png,cat", "3.png,dog"]


def test_hugging_face_metadata_in_one_folder(pictures):
    table(pictures, "file_name,label", *CATS, name="metadata.csv")
    source = open_source(pictures)
    assert labelled(source) == dict(line.split(",") for line in CATS)
    assert source.name == pictures.name and source.label_rule.startswith('the column "label" of metadata.csv: ')
    assert source.ignored == {"pictures that metadata.csv does not name": 2}


@pytest.mark.parametrize("name", ["metadata.csv", "metadata.jsonl"])
def test_hugging_face_metadata_in_parts(tmp_path, name):
    for part in ("train", "test"):
        (tmp_path / part).mkdir()
        rows = []
        for number in range(4):
            Image.new("L", (2, 2)).save(tmp_path / part / f"{number}.png")
            rows.append({"file_name": f"{number}.png", "label": f"kind{number % 2}"})
        lines = map(json.dumps, rows) if name.endswith("jsonl") else ("file_name,label", *(",".join(row.values()) for row in rows))
        table(tmp_path / part, *lines, name=name)
    source = open_source(tmp_path)
    assert source.paths == tuple(f"{part}/{number}.png" for part in ("test", "train") for number in range(4))
    assert source.split.tolist() == ["test"] * 4 + ["train"] * 4
    assert labelled(source)["train/3.png"] == "kind1"


def test_tables_in_folders_of_any_name_and_depth(tmp_path):
    lay_out(tmp_path / "a", LINES)
    lay_out(tmp_path / "b" / "c", ["file_name,class", "deep/0.png,dog", "deep/1.png,cat"])
    source = open_source(tmp_path)
    kinds = {
        "a/0.png": "cat",
        "a/1.png": "dog",
        "a/2.png": "cat",
        "a/3.png": "dog",
        "b/c/deep/0.png": "dog",
        "b/c/deep/1.png": "cat",
    }
    assert labelled(source) == kinds
    assert source.label_rule.startswith('the column "label" of a/metadata.csv, b/c/metadata.csv: ') and source.split is None


def test_parts_below_another_folder(tmp_path):
    for part in ("train", "test"):
        lay_out(tmp_path / "data" / part, LINES)
    assert open_source(tmp_path).split.tolist() == ["test"] * 4 + ["train"] * 4


def test_of_tables_below_each_other_the_uppermost_is_read(tmp_path):
    lay_out(tmp_path, ["file_name,label", "a/0.png,cat", "a/1.png,cat", "b/0.png,dog", "b/1.png,dog"])
    table(tmp_path / "a", "file_name,label", "0.png,x", "1.png,y", name="metadata.csv")
    source = open_source(tmp_path)
    assert source.classes == ("cat", "dog") and source.notes == ("a/metadata.csv is not read: metadata.csv names the pictures",)


def test_a_table_without_labels_is_told_of_where_folders_give_them(tmp_path):
    lay_out(tmp_path, ["file_name,text", *(f"{name}/{number}.png,a {name}" for name in ("cat", "dog") for number in (1, 2))])
    source = open_source(tmp_path)
    assert source.label_rule.startswith("one folder per class")
    assert source.notes == ('metadata.csv has no column label; it has "file_name", "text"',)


def test_a_table_without_labels_is_an_error_where_nothing_else_gives_them(tmp_path):
    lay_out(tmp_path, ["file_name,text", "1.png,a cat", "2.png,a dog"])
    with pytest.raises(DataError, match=r'metadata\.csv has no column label; it has "file_name", "text"; else put each class into'):
        open_source(tmp_path)


def test_parquet_is_not_passed_over(tmp_path):
    lay_out(tmp_path, ["file_name,label", "1.png,cat", "2.png,dog"])
    (tmp_path / "metadata.csv").rename(tmp_path / "metadata.parquet")
    with pytest.raises(DataError, match=r"metadata\.parquet is not read: save it as metadata\.csv, with file_name and label"):
        open_source(tmp_path)


def test_a_label_rule_goes_before_a_table(tmp_path):
    lay_out(tmp_path, ["file_name,label", *(f"{name}/{number}.png,x" for name in ("cat", "dog") for number in (1, 2))])
    assert open_source(tmp_path, label_rule="folder").classes == ("cat", "dog")


def test_a_table_of_files_that_are_not_there(tmp_path):
    table(tmp_path, "file_name,label", "x.png,cat", name="metadata.csv")
    with pytest.raises(DataError, match="names 1 of 1 files that are not there"):
        open_source(tmp_path)
