"""The sentences for planted situations."""

from dataclasses import replace

import numpy as np
import pytest

from pellucid.evaluation import score
from pellucid.report import sentences


def plain(text):
    return text.replace("\u00a0", " ")


def scores_of(confusion, *, most_common=0, classes="abcdefgh"):
    """Scores with this confusion matrix."""
    confusion = np.array(confusion)
    k = len(confusion)
    labels = np.repeat(np.arange(k), confusion.sum(axis=1))
    answers = np.concatenate([np.repeat(np.arange(k), row) for row in confusion])
    return score(labels, np.eye(k)[answers], tuple(classes[:k]), 0.1, most_common=most_common)


def losses(*values, key="loss"):
    return [{"loss": 1.0, key: value} for value in values]


def test_question():
    assert sentences.question(("rabbit", "cat")) == "Which does this picture show: rabbit or cat?"
    assert sentences.question(("a", "b", "c"), "row") == "Which is this row: a, b or c?"
    assert sentences.question([str(k) for k in range(100)]) == "Which of these 100 classes does this picture show?"


@pytest.mark.parametrize(
    ("confusion", "sentence"),
    [
        ([[30, 1], [9, 0]], "30 of the 40 test pictures are named correctly, which is 75.0 %."),
        ([[9_000, 35], [0, 965]], "9,965 of the 10,000 test pictures are named correctly, which is 99.65 %."),
        ([[9_000, 35], [0, 964]], "9,964 of the 9,999 test pictures are named correctly, which is 99.6 %."),
        ([[1, 1], [0, 0]], "1 of the 2 test pictures is named correctly, which is 50.0 %."),
        ([[2, 0], [0, 1]], "All of the 3 test pictures are named correctly."),
        ([[0, 2], [1, 0]], "None of the 3 test pictures is named correctly."),
        ([[1, 0], [0, 0]], "The only test picture is named correctly."),
        ([[0, 1], [0, 0]], "The only test picture is named wrongly."),
    ],
)
def test_accuracy(confusion, sentence):
    assert plain(sentences.accuracy(scores_of(confusion), "test")) == sentence


def test_accuracy_calls_parts_by_their_names():
    scores = scores_of([[2, 1], [0, 1]])
    assert "4 training rows" in plain(sentences.accuracy(scores, "train", "row"))
    assert "4 cross-validated pictures" in plain(sentences.accuracy(scores, "cross-validation"))


def test_interval_names_both_bounds():
    assert "between 57.2 % and 83.9 %" in plain(sentences.interval(scores_of([[29, 11], [0, 0]])))


@pytest.mark.parametrize(
    ("confusion", "end"),
    [
        ([[90, 10], [5, 95]], "the network is 42.5 points better."),
        ([[20, 0], [9, 1]], "on this many pictures the network cannot be told apart from that."),
        ([[10, 90], [30, 0]], "the network is 69.2 points worse than that, so it has learned nothing of use."),
    ],
)
def test_baseline(confusion, end):
    sentence = plain(sentences.baseline(scores_of(confusion), "test"))
    assert sentence.startswith("Always answering “a” would be right for")
    assert sentence.endswith(end)


def test_overfitting_is_named_with_its_size():
    parts = {"train": scores_of([[500, 0], [0, 500]]), "test": scores_of([[340, 10], [1, 9]])}
    expected = "100 % on training against 96.9 % on test is overfitting of 3.1 points."
    assert plain(sentences.overfitting(parts, "test")) == expected


def test_a_gap_that_chance_could_make_is_not_called_overfitting():
    parts = {"train": scores_of([[90, 10], [0, 0]]), "test": scores_of([[34, 6], [0, 0]])}
    assert "no more than chance could make" in sentences.overfitting(parts, "test")
    parts = {"train": scores_of([[80, 20], [0, 0]]), "test": scores_of([[34, 6], [0, 0]])}
    assert sentences.overfitting(parts, "test").endswith("no sign of overfitting.")
    assert sentences.overfitting({"test": parts["test"]}, "test") == ""


@pytest.mark.parametrize(
    ("confusion", "sentence"),
    [
        ([[5, 0], [0, 5]], "No class is taken for another."),
        ([[5, 1], [0, 5]], "The only mistake takes “a” for “b” (1 of 6 pictures)."),
        ([[5, 3], [0, 5]], "The most frequent mistake takes “a” for “b” (3 of 8 pictures)."),
        (
            [[5, 1], [1, 5]],
            "The 2 mistakes take “a” for “b” (1 of 6 pictures) and “b” for “a” (1 of 6 pictures).",
        ),
        (
            [[5, 2, 0], [4, 5, 1], [0, 0, 9]],
            "The most frequent mistakes take “b” for “a” (4 of 10 pictures) and “a” for “b” (2 of 7 pictures).",
        ),
        (
            [[5, 1, 1], [1, 5, 0], [1, 0, 5]],
            "No two classes are confused more than once; the 4 mistakes are all different.",
        ),
    ],
)
def test_confusions(confusion, sentence):
    assert plain(sentences.confusions(scores_of(confusion))) == sentence


def test_weakest_class():
    scores = scores_of([[9, 1, 0], [0, 5, 5], [0, 0, 1]])
    assert (
        plain(sentences.weakest_class(scores)) == "The class found least often is “b”: 5 of its 10 pictures (50.0 %)."
    )
    assert sentences.weakest_class(scores_of([[9, 1], [0, 5]])) == ""
    assert sentences.weakest_class(scores_of(np.eye(3, dtype=int))) == ""


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ((), ""),
        ((2.3,), "After its single epoch the training loss is 2.3."),
        ((2.3, 1, 0.5), "The training loss fell from 2.3 in the first epoch to 0.5 in the last of 3."),
        (
            (1, 2),
            "The training loss rose from 1 in the first epoch to 2 in the last of 2; a smaller learning rate may help.",
        ),
        ((2, 2.0001), "The training loss stayed at 2 over 2 epochs: nothing was learned."),
        ((2, None, None), "The training loss stopped being a number in epoch 2; the parameters are those from before."),
        (
            (2, 1, float("nan")),
            "The training loss stopped being a number in epoch 3; the parameters are those from before.",
        ),
        ((None,), "The training loss was never a number; the learning rate is probably far too large."),
    ],
)
def test_loss(values, sentence):
    assert sentences.loss(losses(*values)) == sentence


def test_levelled_off():
    falling = [2 * 0.5**k for k in range(20)]
    assert sentences.levelled(losses(*falling)) == "The training loss had levelled off by epoch 6 of 20."
    straight = [2 - 0.1 * k for k in range(20)]
    assert sentences.levelled(losses(*straight)).endswith("still falling when training ended: more epochs may help.")
    rising = [2, 1, 0.5, 0.5, 1.0, 1.5]
    sentence = sentences.levelled(losses(*rising, key="validation_loss"))
    assert sentence == "The validation loss had levelled off by epoch 3 of 6, then rose again from 0.5 to 1.5."
    assert sentences.levelled(losses(1, 2, 3, 4, 5, 6)) == ""
    assert sentences.levelled(losses(1, 0.5)) == ""
    assert sentences.levelled(losses(2, 1, None, 1, 1, 1)) == ""


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, ""),
        ({"best_epoch": 11}, ""),
        ({"best_epoch": 4}, "The weights kept are those of epoch 5 of 12."),
        ({"epochs_planned": 30}, "Training stopped after 12 epochs of 30."),
        (
            {"epochs_planned": 30, "stopped": "the time budget was used up", "best_epoch": 4},
            "Training stopped after 12 epochs of 30 because the time budget was used up; "
            "the weights kept are those of epoch 5.",
        ),
    ],
)
def test_stopped(make_report, fields, sentence):
    assert plain(sentences.stopped(make_report(**fields))) == sentence


def test_folds_are_offered_where_the_test_is_small_or_wide():
    few = scores_of([[95, 5], [0, 0]])
    assert "--folds 5 tests on every picture once" in sentences.folds_offered(few, ())
    assert "only 100 pictures were held back" in plain(sentences.folds_offered(few, ()))
    assert "only 1 picture was held back" in plain(sentences.folds_offered(scores_of([[1, 0], [0, 0]]), ()))
    assert "±4.4 points" in plain(sentences.folds_offered(scores_of([[250, 250], [0, 0]]), ()))
    assert sentences.folds_offered(scores_of([[970, 30], [0, 0]]), ()) == ""
    assert sentences.folds_offered(few, (0.9, 0.8)) == ""


def test_folds(make_report):
    data = make_report(folds=(0.9, 0.95, 1.0))
    pooled = scores_of([[570, 30], [0, 0]])
    sentence = plain(sentences.folds(replace(data, scores=data.scores | {"cross-validation": pooled})))
    assert "Over 3 folds" in sentence and "95.0 % of 600 pictures are right (95 % interval 93.0 % to 96.5 %)" in sentence
    assert "between 90.0 % and 100 % (standard deviation 5.0 points)" in sentence
    assert sentence.endswith(f"That says more than the {data.headline.n} test pictures above.")
    leading = replace(data, scores=data.scores | {"cross-validation": pooled}, part="cross-validation")
    assert "above" not in sentences.folds(leading)
    assert sentences.folds(make_report(folds=(0.9,))) == sentences.folds(make_report()) == ""


def test_a_score_on_what_was_learned_promises_nothing(make_report):
    data = make_report(parts=("train",))
    text = " ".join(sentences.findings(data))
    assert "says nothing about new ones" in text and "leaves room for luck" not in text
    chosen = replace(make_report(parts=("train", "validation")), best_epoch=3)
    assert "flatters a little" in " ".join(sentences.findings(chosen))


def test_findings_start_with_the_accuracy_and_hold_no_empty_one(make_report):
    found = sentences.findings(make_report())
    assert found[0].endswith("%.") and all(found)
    assert all(sentence[-1] == "." and not sentence[0].islower() for sentence in found)
