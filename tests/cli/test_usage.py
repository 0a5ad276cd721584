import pytest

from tests.cli.program import one_line

LINES = [
    (["trian"], "no command trian; did you mean train? (pellucid --help shows what there is)"),
    (
        ["zzz"],
        "no command zzz; there are train, tune, evaluate, predict, preview, explain, check, compare, recipes, reproduce, find-lr, "
        "gradcheck, bench (pellucid --help shows what there is)",
    ),
    (["--epochs", "3"], "no option --epochs (pellucid --help shows what there is)"),
    (
        ["train", "--epoch", "3"],
        "no option --epoch; did you mean --epochs? (pellucid train --help shows what there is)",
    ),
    (
        ["train", "--lr", "3"],
        "no option --lr; did you mean --learning-rate? (pellucid train --help shows what there is)",
    ),
    (["train", "--gray"], "no option --gray; did you mean --grey? (pellucid train --help shows what there is)"),
    (["train", "--frobnicate"], "no option --frobnicate (pellucid train --help shows what there is)"),
    (["train", "--epochs"], "Option '--epochs' requires an argument (pellucid --help shows what there is)"),
    (["predict"], "Missing argument 'MODEL' (pellucid predict --help shows what there is)"),
    (["train", "--set", "epochs"], "--set epochs: expected KEY=VALUE, for example --set training.epochs=20"),
    (["train", "--set", "a=1", "--set", "a=2"], "a is set twice; give it once"),
    (
        ["train", "digits", "--keys", "images"],
        "--keys is images; expected names of arrays, for example x=images,y=labels",
    ),
    (
        ["train", "digits", "--resume", "run"],
        "--resume run takes everything from the run it goes on with; give nothing else",
    ),
    (
        ["train", "--resume", "run", "--epochs", "3"],
        "--resume run takes everything from the run it goes on with; give nothing else",
    ),
    (
        ["evaluate", "m", "s", "--require", "60"],
        "--require is 60; expected a share from 0 to 1, for example 0.6 for 60 %",
    ),
    (["recipes", "digit"], "no recipe digit; did you mean digits? (`pellucid recipes` lists them)"),
]


@pytest.mark.parametrize(("words", "line"), LINES, ids=[" ".join(words) for words, _ in LINES])
def test_usage_errors_are_one_line(run, words, line):
    ended = run(*words)
    assert one_line(ended) == line
    assert len(ended.err.splitlines()) == 1


def test_number_that_is_none(run):
    assert "--require" in one_line(run("evaluate", "m", "s", "--require", "most"))
