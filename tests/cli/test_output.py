import json

import pytest

from pellucid.cli.output import scored, shell_word, show, show_json, table
from pellucid.words import plain


def test_columns_line_up():
    assert table([("file", "p"), ("a.png", "100.0 %")], right=(1,)) == "file         p\na.png  100.0 %"


def test_no_row_is_no_text():
    assert table([]) == ""


def test_a_cell_cannot_break_the_table():
    assert table([("a\nb", "\x1b[2J")]) == r"a\nb  \x1b[2J"


def test_letters_of_all_languages_are_shown_and_spaces_are_ordinary(capsys):
    show("Häschen 兔子 – 97\u00a0%")
    assert capsys.readouterr().out == "Häschen 兔子 – 97 %\n"


def test_json_has_no_nan(capsys):
    show_json({"loss": float("nan"), "rates": [1.0, float("inf")], "interval": (0.1, 0.2)})
    assert json.loads(capsys.readouterr().out) == {"loss": None, "rates": [1.0, None], "interval": [0.1, 0.2]}


def test_scores_in_words():
    assert plain(scored(0.97222, (0.95, 0.985), 360)) == "97.2 % (95 % interval 95.0–98.5 %, 360 pictures)"
    assert plain(scored(0.9965, (0.9951, 0.9975), 10_000)) == "99.65 % (95 % interval 99.51–99.75 %, 10,000 pictures)"
    assert plain(scored(1.0, (0.2, 1.0), 1)) == "100 % (95 % interval 20.0–100 %, 1 picture)"


@pytest.mark.parametrize(
    ("path", "word"), [("runs/digits-1/model", "runs/digits-1/model"), ("my runs/1", '"my runs/1"'), ('a"b', '"a\\"b"')]
)
def test_paths_for_the_shell(path, word):
    assert shell_word(path) == word
