"""The page: complete, self-contained, and deaf to hostile names."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from pellucid.evaluation import score
from pellucid.report import Formula, render

ATTACK = "</style></title><script>alert(1)</script>\"'><img src=x onerror=alert(1)><!--{{7*7}}{% raw %}"
VOID = {"meta", "link", "img", "br", "path", "use", "rect"}
ATTRIBUTES = {
    None: {"class", "title", "style", "id", "lang", "role", "aria-label"},
    "meta": {"charset", "name", "content", "http-equiv"},
    "link": {"rel", "href"},
    "img": {"src", "alt", "width", "height"},
    "th": {"scope", "colspan"},
    "svg": {"viewbox", "width", "height", "version"},
    "g": {"clip-path"},
    "path": {"d", "clip-path", "id"},
    "text": {"x", "y", "transform"},
    "use": {"href", "x", "y"},
    "rect": {"x", "y", "width", "height"},
}


class Page(HTMLParser):
    """Tags, attributes and text of a page; every element must be closed in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self.open and self.open[-1] == tag, f"</{tag}> closes <{self.open[-1] if self.open else None}>"
        self.open.pop()

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))  # no-break spaces too


def parsed(data):
    """The parsed page, after all that must hold for every page."""
    html = render(data)
    page = Page(html)
    assert page.open == []
    assert html.count("<script") == 0 and len(html) < 2_000_000
    for tag, attributes in page.tags:
        assert set(attributes) <= ATTRIBUTES[None] | ATTRIBUTES.get(tag, set()), (tag, attributes)
        for key in ("src", "href"):
            assert attributes.get(key, "#").startswith(("data:", "#"))
        if "style" in attributes and not attributes["style"].startswith(("fill", "stroke", "font", "clip", "stroke")):
            assert re.fullmatch(r"(--[a-z-]+: [\d.e-]+(rem)?;? ?)+", attributes["style"]), attributes["style"]
    assert not re.findall(r"url\((?!#)|@import|https?:", html)
    return page


def test_a_page_shows_everything(make_report):
    data = make_report(best_epoch=4)
    page = parsed(data)
    headings = ("In words", "The data", "The network", "Learning", "Results", "Confusion matrix", "Answers")
    for text in (*headings, "What the first layer looks for", "Configuration", "Most confused", "Samples"):
        assert text in page.text
    assert "Which does this picture show" in page.text
    assert "2 sizes from 40 × 30 to 300 × 200" in page.text
    assert "stretched to fit; values scaled to 0…1" in page.text
    assert [tag for tag, _ in page.tags].count("svg") == 2
    assert sum(tag == "img" for tag, _ in page.tags) == 3 * 20 + len(data.gallery) + 16  # samples, gallery, units
    assert "ReLU" in page.text and "softmax cross-entropy" in page.text
    assert "epochs = 12" in page.text


def test_a_policy_forbids_scripts_and_network(make_report):
    policies = [
        a["content"] for tag, a in parsed(make_report()).tags if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_two_renderings_are_the_same(make_report):
    assert render(make_report()) == render(make_report())


def test_names_and_texts_cannot_break_out(make_report):
    data = make_report(
        classes=(ATTACK, "\u202egpj.exe", "x" * 300, "a\nb", "<b>&amp;", "“quoted” --folds 5", "\udcff"),
        path=ATTACK + "/",
        title=ATTACK,
        created=ATTACK,
        config=ATTACK,
        stopped=ATTACK,
        epochs_planned=99,
        warnings=(ATTACK,),
        versions={ATTACK: ATTACK},
        loss=Formula(ATTACK, ATTACK, ATTACK),
        layers=[
            {"name": ATTACK, "equation": ATTACK, "out_shape": [1], "parameters": 0, "memory": 0, "multiply_adds": 0}
        ],
    )
    facts = replace(
        data.data,
        location=ATTACK,
        label_rule=ATTACK,
        ignored={ATTACK: 1},
        broken=[(ATTACK, ATTACK)] * 9,
        formats={ATTACK: 1},
        content_hash=ATTACK,
    )
    page = parsed(replace(data, data=facts))
    assert "\u202e" not in page.text and r"\u202egpj.exe" in page.text
    assert "and 4 more" in page.text
    titles = [attributes["title"] for _, attributes in page.tags if "title" in attributes]
    assert ATTACK in titles  # whole, as text
    assert render(replace(data, data=facts)).encode("utf-8")


@pytest.mark.parametrize(
    "changes",
    [
        {"parts": ("train", "test")},
        {"parts": ("train",)},
        {"parts": ("train",), "folds": (0.9, 0.95)},
        {"epochs": []},
        {"right": 1.0},
        {"right": 0.0},
        {"n": 9},
        {"classes": ("rabbit", "cat")},
        {"classes": tuple(f"species {k}" for k in range(25)), "n": 300},
        {"classes": tuple(f"species {k}" for k in range(100)), "n": 600},
        {"shape": (4,), "layers": []},
        {"shape": (9, 40, 3)},
        {"shape": (200, 100, 3)},
        {"first_layer": None, "gallery": (), "samples": {}, "versions": {}, "config": ""},
        {"best_epoch": 11, "epochs_planned": 99, "stopped": "the validation loss had not improved for 5 epochs"},
    ],
)
def test_states_of_a_run(make_report, changes):
    parsed(make_report(**changes))


def test_a_single_epoch_that_went_wrong(make_report):
    broken = {"loss": None, "accuracy": 0.1, "validation_loss": None, "validation_accuracy": None}
    assert "never a number" in parsed(make_report(epochs=[broken])).text


def test_no_mistakes_are_said_to_be_none(make_report):
    page = parsed(make_report(right=1.0))
    assert "No mistakes" in page.text and "Every test picture was named correctly." in page.text
    assert "Most confused" not in page.text


def test_the_score_of_folds_can_be_the_headline(make_report):
    data = make_report(parts=("train",), folds=(0.9, 0.95))
    folds = score(np.array([0, 1, 2]), np.eye(3), data.data.classes, 0.1)
    page = parsed(replace(data, scores=dict(data.scores) | {"cross-validation": folds}, part="cross-validation"))
    assert "cross-validated pictures named correctly" in page.text
    assert "90.0 %, 95.0 %" in page.text


def test_a_large_test_is_shown_with_two_decimals(make_report):
    """9,965 right of 10,000 are 99.65 %, where 99.7 % would be another score."""
    data = make_report()
    labels = np.arange(10_000) % 3
    answers = np.where(np.arange(10_000) < 35, (labels + 1) % 3, labels)
    large = score(labels, np.eye(3)[answers], data.data.classes, 0.1)
    page = parsed(replace(data, scores=dict(data.scores) | {"test": large}))
    assert page.text.count("99.65 %") >= 3 and "95 % interval: 99.51 % to 99.75 %" in page.text
    assert "99.7 %" not in page.text.split("By class")[0]


def test_many_classes_are_folded_away_and_drawn_as_a_picture(make_report):
    page = parsed(make_report(classes=tuple(f"species {k}" for k in range(100)), n=600))
    assert "All 100 classes" in page.text and "The other 82 classes" in page.text
    assert not any("confusion" in attributes.get("class", "").split() for _, attributes in page.tags)


def test_mistakes_beyond_those_shown_are_counted(make_report):
    assert "99 mistakes, the surest first (24 shown)" in parsed(make_report(n=297, right=0.0)).text
