import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.images.formats import FORMATS, PICTURE_SUFFIXES, ignored_kind, is_hidden, is_picture, natural_key, sniff


@pytest.mark.parametrize("name", ["a.jpg", "A.JPEG", "a.b.PNG", "x.webp", "x.gif", "x.bmp", "x.tif", "x.HEIC", "d/x.heif"])
def test_pictures(name):
    assert is_picture(name)
    assert ignored_kind(name) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (".DS_Store", ".DS_Store"),
        ("photos/.DS_Store", ".DS_Store"),
        ("._cat.jpg", "._*"),
        (".hidden.png", "dot file"),
        ("Thumbs.db", "Thumbs.db"),
        ("thumbs.DB", "Thumbs.db"),
        ("Desktop.ini", "desktop.ini"),
        ("IMG_1.AAE", ".AAE"),
        ("IMG_1.mov", ".MOV"),
        ("clip.Mp4", ".MP4"),
        ("a.jpg.xmp", ".XMP"),
        ("labels.json", ".JSON"),
        ("README.txt", ".TXT"),
        ("LICENSE", "no suffix"),
    ],
)
def test_others_are_counted_by_kind(name, kind):
    assert ignored_kind(name) == kind
    assert not is_picture(name)


def test_hidden():
    assert all(map(is_hidden, [".git", "__MACOSX", "a/._x.jpg", "Thumbs.db"]))
    assert not any(map(is_hidden, ["cat", "a.b", "cats.d/1.jpg"]))


def test_every_suffix_belongs_to_a_format():
    assert set(PICTURE_SUFFIXES.values()) == set(FORMATS)


@pytest.mark.parametrize(
    ("start", "format"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0", "JPEG"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "WEBP"),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"GIF89a", "GIF"),
        (b"BM", "BMP"),
        (b"MM\0*", "TIFF"),
        (b"II+\0", "TIFF"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x18ftypisom", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_sniff(start, format):
    assert sniff(start) == format


def test_natural_order():
    names = ["cat10.png", "cat2.png", "Cat1.png", "b/1.png", "a-1/2.png", "a/10.png", "a/9.png"]
    assert sorted(names, key=natural_key) == [
        "a/9.png",
        "a/10.png",
        "a-1/2.png",
        "b/1.png",
        "Cat1.png",
        "cat2.png",
        "cat10.png",
    ]


@given(st.lists(st.text(st.sampled_from("aA١2²30-/."), max_size=8), max_size=6))
def test_natural_order_takes_any_text_and_is_total(names):
    ordered = sorted(names, key=natural_key)
    assert sorted(reversed(names), key=natural_key) == ordered


def test_negative_numbers_come_before_nought():
    numbers = [-110, -20, -19, -3, -1, 0, 1, 2, 10]
    assert sorted(map(str, reversed(numbers)), key=natural_key) == list(map(str, numbers))
    assert sorted(["-2.png", "-10.png"], key=natural_key) == ["-2.png", "-10.png"]  # a dash, not a sign


def test_natural_order_takes_numbers_of_any_length():
    assert natural_key("9" * 5000) < natural_key("1" + "0" * 5000)
