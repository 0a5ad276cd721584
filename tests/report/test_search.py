"""The page of a search."""

from pellucid.report.search import SearchData, render_search, sentences
from pellucid.report.trials import Trial, ranked
from tests.report.test_page import ATTACK, Page

RATE, SIZE = "optimizer.learning_rate", "network.hidden"
TRIALS = [
    Trial(0, "complete", {RATE: 0.001, SIZE: [8]}, 0.5, (0.9, 0.5), 0.8, 2, 1.0),
    Trial(1, "pruned", {RATE: 0.1, SIZE: [16]}, 2.5, (2.5,), 0.1, 1, 0.5),
    Trial(2, "failed", {RATE: 0.01, SIZE: [16]}, problem=ATTACK),
    Trial(3, "complete", {RATE: 0.002, SIZE: [16]}, 0.25, (0.6, 0.25), 0.9, 2, 1.0),
    Trial(4, "unfinished", {RATE: 0.003}),
]


def data(**changes):
    usual = {
        "title": "digits",
        "created": "2026-11-22",
        "recipe": "small",
        "space": {RATE: "0.001 to 0.1, logarithmic", SIZE: "[8] or [16]"},
        "logarithmic": frozenset([RATE]),
        "trials": TRIALS,
        "best": TRIALS[3],
        "importance": {RATE: 0.75, SIZE: 0.25},
        "n_train": 100,
        "n_validation": 20,
        "noun": "picture",
        "best_recipe": "[optimizer]",
        "command": "pellucid train digits --recipe best.toml",
    }
    return SearchData(**usual | changes)


def test_the_lowest_loss_of_a_trial_that_ended_is_best():
    assert [trial.number for trial in ranked(TRIALS)] == [3, 0]


def test_what_it_says():
    best, counted, mattered, flatters, chance = (text.replace("\N{NO-BREAK SPACE}", " ") for text in sentences(data()))
    assert best.startswith("Trial 4 is the best: validation loss 0.25, 90.0 % of the validation part right. The recipe as it")
    assert best.endswith("as it was has 0.5, 80.0 % right.")
    assert counted.startswith("2 trials ran to the end, 1 was cut short, being worse than half")
    assert counted.endswith("1 failed and 1 was not finished.")
    assert mattered.startswith("What mattered most was optimizer.learning_rate: it explains 75 %")
    assert "5 trials was chosen by its loss on 20 pictures, so its accuracy there flatters" in flatters
    assert "may be off by 21.9 points" in chance  # 0.98 / √20
    assert "nothing that was tried is better" in sentences(data(best=TRIALS[0]))[0]


def test_the_page_is_whole_and_deaf_to_hostile_names():
    page = Page(render_search(data(title=ATTACK, best_recipe=ATTACK, command=ATTACK)))
    assert not page.open
    assert not [tag for tag, _ in page.tags if tag == "script"]
    assert sum(tag == "svg" for tag, _ in page.tags) == 3
    text = " ".join(page.words).replace("\N{NO-BREAK SPACE}", " ")
    assert "0.25" in text and "75.0 %" in text
