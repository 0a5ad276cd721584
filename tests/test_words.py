"""Numbers and names in words."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pellucid.words import (
    count,
    duration,
    grouped,
    listing,
    memory,
    number,
    part_word,
    percent,
    plain,
    points,
    printable,
    quoted,
    shorten,
    signed,
    span,
)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (-1.336, "−133.6 %"),
        (0.969, "96.9 %"),
        (0.5, "50.0 %"),
        (0.9996, "> 99.9 %"),
        (0.00001, "< 0.1 %"),
        (0.9994, "99.9 %"),
        (1.004, "100.4 %"),
        (1.0004, "100.0 %"),
        (float("nan"), "unknown"),
    ],
)
def test_percent(share, text):
    assert plain(percent(share)) == text


@given(st.floats(0, 1, exclude_min=True, exclude_max=True), st.integers(0, 2))
@example(0.005, 0)
def test_rounding_never_makes_certain(share, decimals):
    assert plain(percent(share, decimals)) not in ("0 %", "100 %", "0.0 %", "100.0 %", "0.00 %", "100.00 %")


def test_an_interval_has_one_unit():
    assert plain(span((0.95, 0.9854))) == "95.0–98.5 %" and plain(span((0.99512, 1), 2)) == "99.51–100 %"


@pytest.mark.parametrize(("value", "text"), [(0.0087, "+0.0087"), (-0.0087, "−0.0087"), (0, "0.0000"), (-0.00001, "0.0000")])
def test_signed(value, text):
    assert signed(value) == text


def test_parts_before_a_noun():
    assert [*map(part_word, ("train", "validation", "test", "cross-validation"))] == [
        "training",
        "validation",
        "test",
        "cross-validated",
    ]


def test_points_and_counts_agree_in_number():
    assert plain(points(0.031)) == plain(points(-0.031)) == "3.1 points"
    assert plain(points(0.0099)) == "1.0 point"
    assert plain(count(1, "picture")) == "1 picture"
    assert plain(count(0, "picture")) == "0 pictures"
    assert plain(count(1797, "class", "classes")) == "1,797 classes"


def test_listing():
    assert [listing(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert listing(["a", "b"], "or") == "a or b"


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.3126, "2.31"), (0.004123, "0.00412"), (1.2e-7, "1.2e−07"), (-3, "−3"), (float("nan"), "NaN"), (1e400, "∞")],
)
def test_number(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (8.31, "8.3 s"),
        (9.97, "10 s"),
        (48.4, "48 s"),
        (59.97, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3599.9, "1 h 0 min"),
        (4320, "1 h 12 min"),
    ],
)
def test_duration(seconds, text):
    assert plain(duration(seconds)) == text


def test_sizes():
    assert [plain(memory(n)) for n in (0, 999, 9930, 6_290_000, 7e9)] == ["0 B", "999 B", "9.93 kB", "6.29 MB", "7 GB"]
    assert grouped(17226) == "17,226"


def test_nothing_stays_hidden_in_a_name():
    assert printable("a\nb\u202egpj.exe\x00\udcff") == r"a\nb\u202egpj.exe\x00\udcff"
    assert printable("日本 قطة می\u200cخواهم") == "日本 قطة می\u200cخواهم"


@given(st.text(), st.integers(8, 40))
def test_a_short_name_is_short_and_one_line(name, length):
    short = shorten(name, length)
    assert len(short) <= length and len(short.splitlines()) <= 1
    assert short == printable(name) or "…" in short


def test_a_long_name_keeps_its_beginning_and_its_end():
    assert shorten("a-very-long-file-name-0017.png", 17) == "a-very-long…7.png"
    assert quoted("cat") == "“cat”"
