import csv
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pellucid.errors import DataError
from pellucid.images import make_split, open_source

NAMES = ("a/1.png", "a/2.png", "b/3.png", "b/4.png", "5.png", "6.png")


@pytest.fixture
def pictures(tmp_path) -> Path:
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("L", (2, 2)).save(tmp_path / name)
    return tmp_path


def refused(path) -> str:
    with pytest.raises(DataError) as raised:
        open_source(path)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def table(folder: Path, *lines: str, name: str = "pets.csv") -> Path:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


def labelled(source) -> dict[str, str]:
    return {path: source.classes[label] for path, label in zip(source.paths, source.labels)}


CATS = ("a/1.png,cat", "a/2.png,dog", "b/3.png,cat", "b/4.png,dog")


def test_paths_and_labels(pictures):
    source = open_source(table(pictures, "path,label", *CATS))
    assert labelled(source) == {"a/1.png": "cat", "a/2.png": "dog", "b/3.png": "cat", "b/4.png": "dog"}
    assert (source.name, source.root, source.split, source.groups) == ("pets", pictures, None, None)
    assert source.label_rule == 'the column "label" of pets.csv: "cat" (2), "dog" (2)'


@pytest.mark.parametrize(
    "lines",
    [
        CATS,
        ("Filename;Class", *(line.replace(",", ";") for line in CATS)),
        ("label\tfile_name", *("\t".join(reversed(line.split(","))) for line in CATS)),
        ("\ufeffpath,label", *CATS),
        ('"path","label"', *('"{}","{}"'.format(*line.split(",")) for line in CATS)),
        ("path,label,photographer", *(f"{line},me" for line in CATS)),
        ("path,label", "", *(line.replace("/", "\\") for line in CATS), ""),
        ("", " ", "path,label", "", *CATS),
        ("", *CATS),
    ],
    ids=[
        "no names",
        "semicolons",
        "tabs",
        "byte-order mark",
        "quotes",
        "other columns",
        "backslashes",
        "blank lines",
        "blank lines, no names",
    ],
)
def test_as_people_write_them(pictures, lines):
    assert labelled(open_source(table(pictures, *lines))) == dict(line.split(",") for line in CATS)


def test_split_and_groups(pictures):
    lines = ("path,label,split,group", "a/1.png,cat,train,x", "a/2.png,dog,training,", "b/3.png,cat,Train,x", "b/4.png,dog,,y")
    source = open_source(table(pictures, *lines, "5.png,cat,test,z", "6.png,dog,val,y2"))
    assert source.split.tolist() == ["train", "train", "train", "train", "test", "validation"]
    assert source.groups[0] == source.groups[2] and len(set(source.groups.tolist())) == 5
    assert source.groups.dtype == np.int64
    split = make_split(source.labels, groups=source.groups, given=source.split, classes=source.classes)
    assert split.test.tolist() == [4] and split.validation.tolist() == [5]


def test_json_lines(pictures):
    lines = [{"path": "a/1.png", "label": 1}, {"label": "cat", "path": "b/3.png", "note": None}, {"path": "5.png", "label": 1}]
    path = table(pictures, *map(json.dumps, lines), "", json.dumps({"path": "6.png", "label": "cat"}), name="pets.jsonl")
    assert labelled(open_source(path)) == {"a/1.png": "1", "b/3.png": "cat", "5.png": "1", "6.png": "cat"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_separator_in_a_name_ends_no_line(pictures, end):
    labels = {"a/1.png": "one\u2028two", "5.png": "one\u2028two", "a/2.png": "a\x85b", "6.png": "a\x85b"}
    lines = [json.dumps({"path": path, "label": label}, ensure_ascii=False) + end for path, label in labels.items()]
    (pictures / "pets.jsonl").write_text("".join(lines), "utf-8", newline="")
    assert labelled(open_source(pictures / "pets.jsonl")) == labels


BAD = {
    "missing file": (("path,label", *CATS, "a/9.png,cat"), 'names 1 of 5 files that are not there, the first "a/9.png" in line 6'),
    "no label column": (("path,colour", *CATS), 'has the columns "path", "colour": expected path and label'),
    "no label": (("path,label", *CATS, "5.png,"), "line 6 of "),
    "no path": (("path,label", *CATS, ",cat"), "has no path"),
    "unknown split": (
        ("path,label,split", *(f"{line},tset" for line in CATS)),
        'the split "tset": expected train, validation or test',
    ),
    "too many columns": (("path,label", *CATS, "5.png,cat,dog"), "line 6 of"),
    "too few columns": (("path,label,split", *(f"{line},train" for line in CATS), "5.png"), "has 1 column, expected 3"),
    "twice": (("path,label", *CATS, "a/1.png,dog"), 'names "a/1.png" twice, in lines 2 and 6'),
    "twice, in other words": (("path,label", *CATS, "./b/../a/1.png,dog"), 'names "./b/../a/1.png" twice, in lines 2 and 6'),
    "two columns of labels": (("path,label,label", *(f"{line},z" for line in CATS)), 'has 2 columns "label": rename all but one'),
    "nothing": (("path,label",), "names no pictures"),
    "open quote": (("path,label", *CATS, '"5.png,cat'), "is no CSV"),
    "hostile path": (("path,label", *CATS, "a\0b.png,cat"), "not there"),
    "single class": (("path,label", "a/1.png,cat", "a/2.png,cat"), "only one class"),
}


@pytest.mark.parametrize(("lines", "part"), BAD.values(), ids=BAD)
def test_bad_tables(pictures, lines, part):
    assert part in refused(table(pictures, *lines))


def test_repeated_columns_that_are_not_read_do_no_harm(pictures):
    assert len(open_source(table(pictures, "path,label,note,note", *(f"{line},x,y" for line in CATS)))) == 4


def test_pictures_beside_those_that_are_named_are_counted(pictures):
    source = open_source(table(pictures, "path,label", *CATS[:3], "5.png,dog"))
    assert source.ignored == {"pictures that pets.csv does not name": 2}


@pytest.mark.parametrize("line", ["{", "[1]", '{"path": "a/1.png"', "[" * 100_000])
def test_bad_json(pictures, line):
    message = refused(table(pictures, '{"path": "a/1.png", "label": "cat"}', line, name="pets.jsonl"))
    assert message.startswith("line 2 of")


@pytest.mark.parametrize("name", ["pets.csv", "pets.tsv", "pets.jsonl"])
def test_an_empty_file(pictures, name):
    (pictures / name).touch()
    assert f"{name} is empty: expected a table" in refused(pictures / name)


def test_other_encodings(pictures):
    (pictures / "pets.csv").write_bytes("path,label\n1.png,été\n".encode("latin-1"))
    assert "is not UTF-8 text (byte" in refused(pictures / "pets.csv")


CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), min_size=1, max_size=8)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(CELL, st.sampled_from(["train", "test", ""]), CELL), min_size=1, max_size=6), st.booleans())
def test_what_is_written_is_read(rows, as_json):
    rows = [(f"{number}.png", *row) for number, row in enumerate(rows)]
    names = ("path", "label", "split", "group")
    with tempfile.TemporaryDirectory() as folder:
        for name, *_ in rows:
            Path(folder, name).touch()
        if as_json:
            path = Path(folder, "pets.jsonl")
            path.write_text("\n".join(json.dumps(dict(zip(names, row))) for row in rows), encoding="utf-8")
        else:
            path, text = Path(folder, "pets.csv"), io.StringIO()
            csv.writer(text).writerows([names, *rows])
            path.write_text(text.getvalue(), encoding="utf-8", newline="")
        from pellucid.images.readers.manifest import open_manifest

        source = open_manifest(path)
    assert labelled(source) == {row[0]: row[1] for row in rows}
    split = [row[2] or "train" for row in rows]
    assert (source.split.tolist() if source.split is not None else ["train"] * len(rows)) == split
    together = [[a[3] == b[3] for b in rows] for a in rows]
    assert (source.groups[:, None] == source.groups).tolist() == together
