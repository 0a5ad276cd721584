"""The accuracy benchmark runs each seed once, notes it at once, and its page says what is known and what is not."""

import json
import statistics
import sys
from dataclasses import replace

import pytest

from benchmarks import accuracy
from benchmarks.accuracy import measure, note, read, words
from benchmarks.accuracy_rows import ROWS, Row
from benchmarks.readme import RECIPES, systems, with_tables
from benchmarks.results import digest, interval, page, results_of, table
from pellucid.systems import SYSTEMS

ROW = Row("a", "letters", "pellucid train letters --seed {seed}", seeds=3, goal=0.9, limit=5)


def result(seed: int, value: float, **changes) -> dict:
    found = {"row": "a", "command": ROW.command, "seed": seed, "accuracy": value, "n_test": 100, "seconds": 2.0}
    return found | {"recipe": "digits", "digest": digest("digits"), "cpu": "Processor 9", "cores": 2} | changes


@pytest.fixture
def runs(monkeypatch):
    """The seeds that were run, in place of running them."""
    seeds = []

    def pretended(row, seed):
        seeds.append(seed)
        return {name: value for name, value in result(seed, 0.9 + seed / 100).items() if name not in ("row", "command", "seed")}

    monkeypatch.setattr(accuracy, "run", pretended)
    return seeds


def test_finished_seeds_are_not_run_again(tmp_path, runs):
    results = tmp_path / "results.jsonl"
    measure(ROW, 2, results)
    assert runs == [0, 1]
    measure(ROW, None, results)
    assert runs == [0, 1, 2]
    assert [entry["seed"] for entry in read(results)] == [0, 1, 2]


def test_a_changed_command_or_recipe_is_measured_anew():
    assert set(results_of(ROW, [result(0, 0.9)])) == {0}
    assert not results_of(replace(ROW, command="pellucid train letters --epochs 3 --seed {seed}"), [result(0, 0.9)])
    assert not results_of(ROW, [result(0, 0.9, digest="before the change")])


def test_each_result_is_on_the_disk_before_the_next_seed(tmp_path, monkeypatch, runs):
    results = tmp_path / "results.jsonl"
    pretended = accuracy.run

    def failing(row, seed):
        if seed == 1:
            raise RuntimeError("the second seed fails")
        return pretended(row, seed)

    monkeypatch.setattr(accuracy, "run", failing)
    with pytest.raises(RuntimeError):
        measure(ROW, None, results)
    assert [entry["seed"] for entry in read(results)] == [0]


def test_a_line_that_was_cut_off_is_forgotten_and_nothing_else(tmp_path):
    results = tmp_path / "results.jsonl"
    note(results, result(0, 0.9))
    with results.open("a") as file:
        file.write('{"row": "a", "se')
    assert [entry["seed"] for entry in read(results)] == [0]
    results.write_text("{broken\n" + json.dumps(result(1, 0.9)) + "\n")
    with pytest.raises(json.JSONDecodeError):
        read(results)


def test_a_row_without_its_recipe_or_its_data_says_so_once(tmp_path, monkeypatch, runs, capsys):
    monkeypatch.setenv("PELLUCID_DATA", str(tmp_path))
    results = tmp_path / "results.jsonl"
    without_recipe = replace(ROW, name="b", recipe="no-such-recipe")
    without_data = replace(ROW, name="c", command="pellucid train $PELLUCID_DATA/letters --seed {seed}")
    for _ in range(2):
        measure(without_recipe, None, results)
        measure(without_data, None, results)
    assert not runs
    assert [entry["problem"] for entry in read(results)] == [
        "the recipe no-such-recipe does not exist yet",
        "no data: $PELLUCID_DATA/letters is not there",
    ]
    assert "- letters: no data: $PELLUCID_DATA/letters is not there" in page([without_data], read(results))


def test_a_command_that_a_user_could_mend_is_a_problem_and_another_failure_is_ours(monkeypatch):
    unknown = replace(ROW, command="pellucid train no-such-source --seed {seed}")
    assert "no-such-source" in accuracy.run(unknown, 0)["problem"]
    monkeypatch.setattr(accuracy, "words", lambda *_: [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(RuntimeError, match="status 3"):
        accuracy.run(ROW, 0)


@pytest.mark.slow
def test_a_seed_is_run_by_the_command_of_its_row(monkeypatch):
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")  # nothing to compile
    row = replace(ROW, command="pellucid train digits --set training.epochs=1 --hidden 8 --seed {seed}")
    found = accuracy.run(row, 4)
    assert 0 < found["accuracy"] < 1 and found["n_test"] == 270 and found["recipe"] == "digits"
    assert found["whole_seconds"] > found["seconds"] > 0
    assert found["processor_seconds"] > 0


def test_commands_are_run_by_this_python(tmp_path, monkeypatch):
    monkeypatch.setenv("PELLUCID_DATA", "/data")
    command = words("pellucid train $PELLUCID_DATA/cats --seed {seed}", 7, tmp_path)
    assert command == [
        *(sys.executable, "-m", "pellucid", "train", "/data/cats", "--seed", "7"),
        *("--json", "--quiet", "--out", str(tmp_path)),
    ]
    assert words("python -m benchmarks.x --seed {seed}", 7, tmp_path) == [sys.executable, "-m", "benchmarks.x", "--seed", "7"]


def test_the_table():
    [line] = table([ROW], [result(seed, value, seconds=seed + 1.0) for seed, value in enumerate((0.91, 0.93, 0.95))]).lines
    assert line == ("letters", "3 of 3", "**93.00 %**", "2.00", "88.03 % to 97.97 %", "90 %", "**2.0 s** (at most 5)", "–")
    [line] = table([ROW], [result(0, 0.8, seconds=9.0, processor_seconds=21.4)]).lines
    assert line == ("letters", "1 of 3", "80.00 %", "–", "–", "90 %", "9.0 s (at most 5)", "21 s")
    [line] = table([ROW], []).lines
    assert line[1:3] == ("0 of 3", "not measured")


def test_the_interval_is_that_of_students_t():
    from scipy.stats import t

    for n in (2, 3, 10, 20):
        values = [0.5 + 0.001 * number for number in range(n)]
        low, high = t.interval(0.95, n - 1, statistics.mean(values), statistics.stdev(values) / n**0.5)
        assert interval(values) == pytest.approx((low, high), abs=1e-6)


def test_the_page_names_every_command(tmp_path, monkeypatch):
    accuracy.main(["--write", "--results", str(tmp_path / "none"), "--page", str(tmp_path / "results.md")])
    text = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert all(row.command.replace("{seed}", "N") in text and f"- {row.title}: not run" in text for row in ROWS)


def test_the_readme_shows_what_was_measured():
    """Made again by `python -m benchmarks.accuracy --write`."""
    text = accuracy.README.read_text(encoding="utf-8")
    assert with_tables(text, ROWS, read(accuracy.RESULTS)) == text
    assert {row.name for row in ROWS} >= RECIPES


def test_the_readme_sets_each_system_beside_its_claim():
    faithful, cnn = (next(row for row in ROWS if row.recipe == name) for name in ("cats/faithful", "cats/cnn"))
    entries = [
        result(seed, value, row=row.name, command=row.command, recipe=row.recipe, digest=digest(row.recipe))
        for row, seed, value in ((faithful, 0, 0.7), (faithful, 1, 0.8), (cnn, 0, 0.9))
    ]
    lines = {line[0].split("`")[1]: line for line in systems(ROWS, entries).lines}
    assert lines["cats"][1:] == ("72.5 % of 40", "75.00 %", "90.00 %", "`cats/cnn`")
    assert lines["mnist"][1:4] == ("94.95 %", "not measured", "not measured")


def test_rows_have_names_of_their_own():
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert all("{seed}" in row.command for row in ROWS)


RECIPE = """
name = "small"
description = "every layer that is translated"
[data]
validation = 0.1
test = 0.2
[network]
layers = [
    {type = "Conv2D", filters = 4, activation = "gelu"}, {type = "MaxPool2D", size = 2},
    {type = "Conv2D", filters = 6, padding = "valid", bias = false}, {type = "BatchNorm"},
    {type = "Activation", name = "relu"}, {type = "Flatten"}, {type = "Dense", units = 12, activation = "tanh"},
]
[loss]
label_smoothing = 0.1
[optimizer]
learning_rate = 0.005
clip_norm = 1.0
average = 0.9
[training]
epochs = 2
batch_size = 64
"""


@pytest.fixture
def torch(monkeypatch):
    """PyTorch, where it is installed, on one thread."""
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")
    module = pytest.importorskip("torch", exc_type=ImportError)
    threads = module.get_num_threads()
    module.set_num_threads(1)
    yield module
    module.set_num_threads(threads)


def test_pytorch_follows_the_same_recipe_step_by_step(torch, tmp_path):
    from pellucid.pytorch import learn, module_of
    from pellucid.runs.assemble import assemble
    from pellucid.runs.learn import learn as our_learn
    from pellucid.runs.prepare import prepare
    from pellucid.runs.progress import Silent

    (tmp_path / "small.toml").write_text(RECIPE)
    prepared = prepare("digits", str(tmp_path / "small.toml"), {}, Silent())
    theirs, ours = assemble(prepared), assemble(prepared)
    torch.manual_seed(0)
    passes = learn(module_of(theirs.network), theirs.recipe, theirs.batches, theirs.schedule, theirs.validation)
    assert [each.loss for each in passes] == pytest.approx([epoch.loss for epoch in our_learn(ours)], rel=2e-3)


@pytest.mark.parametrize("setting", ["loss.l2=0.1", "optimizer.name=muon", "augment.views=flip", "schedule.name=plateau"])
def test_what_pytorch_is_not_taught_is_refused(setting, torch):
    from benchmarks.pytorch_recipe import train
    from pellucid.errors import PellucidError

    name, _, value = setting.partition("=")
    with pytest.raises(PellucidError, match="is not translated to PyTorch"):
        train("digits", None, **{name: value, "epochs": 1, "hidden": [4]})


def test_every_variant_of_a_system_that_names_classes_has_a_row():
    named = {row.recipe for row in ROWS}
    recipes = {f"{each.name}/{variant.twin_of or variant.name}" for each in SYSTEMS for variant in each.variants}
    assert recipes - named == {"digits/autoencoder"}
    assert len({row.name for row in ROWS}) == len(ROWS)
