"""Reproducing on tiny pictures in the folders that the systems have; the real ones are marked slow."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import pellucid
from pellucid.errors import DataError, Interrupted, OutputError, RecipeError
from pellucid.runs.reproduction import reproducing
from pellucid.runs.reproduction.log import NAME
from pellucid.runs.reproduction.plan import Plan, located
from pellucid.runs.reproduction.reproduction import Reproduction
from pellucid.systems import Evidence, Finding, Results, system
from pellucid.words import SPACE

pytestmark = pytest.mark.usefixtures("no_figures")


def scene(rng, side=24):
    return Image.fromarray(rng.integers(0, 256, (side, side, 3), np.uint8).repeat(2, 0).repeat(2, 1))


@pytest.fixture(scope="module")
def cats(tmp_path_factory):
    """train/cat1.png, train/non-cat1.png ... test/..."""
    folder, rng = tmp_path_factory.mktemp("cats"), np.random.default_rng(0)
    for part, each in (("train", 12), ("test", 5)):
        (folder / part).mkdir()
        for name in ("cat", "noncat"):
            for number in range(each):
                scene(rng).save(folder / part / f"{name}{number}.png")
    return folder


@pytest.fixture(scope="module")
def rabbits(tmp_path_factory):
    """train/rabbit/, most of them twice, and train/cat/."""
    folder, rng = tmp_path_factory.mktemp("pets"), np.random.default_rng(1)
    for name in ("rabbit", "cat"):
        (folder / "train" / name).mkdir(parents=True)
        for number in range(14):
            picture = scene(rng)
            picture.save(folder / "train" / name / f"{name}.{number}.png")
            if name == "rabbit" and number < 12:
                picture.save(folder / "train" / name / f"{name}.{number + 100}.jpg", quality=85)
    return folder


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr("pellucid.runs.reproduction.plan.STEPS", 3)
    monkeypatch.setattr("pellucid.runs.reproduction.plan.EPOCHS", 1)


def lines(out):
    return [json.loads(line) for line in (out / NAME).read_text().splitlines()]


def test_every_variant_is_trained_once_and_set_beside_the_claim(cats, tmp_path):
    out = tmp_path / "out"
    found = pellucid.reproduce("cats", cats, out, quick=True, variants=["faithful", "trap"])
    assert [row.variant.name for row in found.rows] == ["faithful", "trap"]
    head, *runs = lines(out)
    assert head == {"reproduces": "cats", "quick": True}
    assert [(run["variant"], run["seed"], run["n"], run["epochs"]) for run in runs] == [("faithful", 0, 10, 3), ("trap", 0, 10, 3)]
    assert (out / "faithful" / "seed-0" / "model.safetensors").is_file()
    assert found.to_json() == json.loads((out / "report.json").read_text(encoding="utf-8"))
    page = found.report.read_text(encoding="utf-8")
    assert f"pellucid reproduce cats {cats} --quick --variants faithful,trap --out {out}" in page
    for text in ("Is it a cat?", "72.5", "A quick run", "faithful/seed-0/report.html", "--recipe cats/trap", "Predictions against"):
        assert text in page
    assert "NaN" not in page and "nan" not in page.split("</style>")[1].replace("data:image", "")[:2000]


def test_finished_runs_are_not_trained_again(cats, tmp_path, monkeypatch):
    out = tmp_path / "out"
    first = pellucid.reproduce("cats", cats, out, quick=True, variants=["faithful"])
    with (out / NAME).open("a") as file:
        file.write('{"variant": "trap", "se')  # cut off as the machine went down
    (out / "trap" / "seed-0.unfinished").mkdir(parents=True)
    (out / "trap" / "seed-0.unfinished" / "config.toml").write_text("")
    trained = []
    train_one = reproducing._train_one
    monkeypatch.setattr(reproducing, "_train_one", lambda *given: (trained.append(given[2].name), train_one(*given)))
    second = pellucid.reproduce("cats", cats, out, quick=True, variants=["faithful", "trap"])
    assert trained == ["trap"]
    assert second.rows[0].accuracies == first.rows[0].accuracies
    assert not (out / "trap" / "seed-0.unfinished").exists()
    pellucid.reproduce("cats", cats, out, quick=True, variants=["trap"])
    assert trained == ["trap"]


def test_a_changed_recipe_is_trained_again(cats, tmp_path, monkeypatch):
    out = tmp_path / "out"
    pellucid.reproduce("cats", cats, out, quick=True, variants=["trap"])
    monkeypatch.setattr("pellucid.runs.reproduction.plan.STEPS", 4)
    found = pellucid.reproduce("cats", cats, out, quick=True, variants=["trap"])
    assert [run["epochs"] for run in lines(out)[1:]] == [3, 4]
    assert found.rows[0].runs[0].epochs == 4


def test_a_stop_keeps_what_is_finished(cats, tmp_path):
    out, asked = tmp_path / "out", []

    def stop():
        asked.append(1)
        return (out / "faithful" / "seed-0").exists()

    with pytest.raises(Interrupted, match="the same command goes on"):
        pellucid.reproduce("cats", cats, out, quick=True, variants=["faithful", "trap"], stop=stop)
    assert [run["variant"] for run in lines(out)[1:]] == ["faithful"]
    assert (out / "report.html").is_file()


def test_another_folder_is_left_alone(cats, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="is not empty and holds no reproduction"):
        pellucid.reproduce("cats", cats, tmp_path / "full", quick=True, variants=["trap"])
    pellucid.reproduce("cats", cats, tmp_path / "quick", quick=True, variants=["trap"])
    with pytest.raises(OutputError, match=r"holds another reproduction \(cats, --quick\)"):
        pellucid.reproduce("cats", cats, tmp_path / "quick", variants=["trap"], seeds=1)


def test_a_refusal_writes_nothing(cats, tmp_path, monkeypatch):
    out = tmp_path / "new" / "out"
    with pytest.raises(DataError, match="nowhere"):
        pellucid.reproduce("cats", tmp_path / "nowhere", out, quick=True, variants=["faithful", "file-type"])
    with pytest.raises(DataError, match="nowhere"):
        pellucid.reproduce("cats", tmp_path / "nowhere", out, quick=True, variants=["file-type"])

    def absent(source, *given, **more):
        raise DataError(f"cannot download {source}")

    monkeypatch.setattr(reproducing, "prepare", absent)
    with pytest.raises(DataError, match="cannot download cifar-10"):
        pellucid.reproduce("cats", cats, out, quick=True, variants=["cifar-body"])
    assert not out.parent.exists()


def test_a_stop_in_the_first_run_can_be_gone_on_from(cats, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(Interrupted):
        pellucid.reproduce("cats", cats, out, quick=True, variants=["trap"], stop=lambda: True)
    assert lines(out) == [{"reproduces": "cats", "quick": True}]
    assert pellucid.reproduce("cats", cats, out, quick=True, variants=["trap"]).rows


def test_labels_by_file_type_are_caught_by_the_audit(cats, tmp_path):
    found = pellucid.reproduce("cats", cats, tmp_path / "out", quick=True, variants=["file-type"])
    run = found.results.first("file-type")
    assert run.classifier().classes == ("jpg", "png")
    assert "file format" in [shortcut["fact"] for shortcut in run.checks()["shortcuts"]]
    [evidence] = [evidence for finding, evidence in found.findings if "file type" in finding.title]
    assert ("file format", "JPEG: jpg; PNG: png", f"100{SPACE}%") in evidence.table.rows


@pytest.mark.slow
def test_a_given_donor_is_started_from_and_none_is_trained(cats, tmp_path):
    donor = pellucid.train(cats, "photographs", tmp_path / "donor", epochs=1, size=32)
    found = pellucid.reproduce("cats", cats, tmp_path / "out", quick=True, variants=["cnn-from-cifar"], start_from=donor.model)
    assert [row.variant.name for row in found.rows] == ["cnn-from-cifar"]
    assert f"--from {donor.model}" in found.rows[0].command


def test_what_cannot_be_trained_is_named_and_the_rest_goes_on(cats, tmp_path, monkeypatch):
    monkeypatch.delenv("PELLUCID_DATA", raising=False)
    plan = Plan.of(system("cats"), cats, ["faithful", "cnn-from-cifar"], None, quick=True, start_from=None)
    assert [variant.name for variant in plan.variants] == ["faithful", "cifar-body", "cnn-from-cifar"]

    def no_cifar(source, *given, **more):
        if source == "cifar-10":
            raise DataError("cannot download cifar-10")
        return prepare(source, *given, **more)

    prepare = reproducing.prepare
    monkeypatch.setattr(reproducing, "prepare", no_cifar)
    found = pellucid.reproduce("cats", cats, tmp_path / "out", quick=True, variants=["trap", "cnn-from-cifar"])
    assert [row.variant.name for row in found.rows] == ["trap"]
    assert found.problems["cifar-body"] == "cannot download cifar-10"
    assert "cifar-body" in found.problems["cnn-from-cifar"]
    assert "cannot download cifar-10" in found.report.read_text(encoding="utf-8")


def test_rabbits_with_their_faults_and_twins(rabbits, tmp_path):
    names = ["faithful", "gradients", "standardised", "twins-together"]
    found = pellucid.reproduce("rabbits", rabbits, tmp_path / "out", quick=True, variants=names)
    evidence = {finding.title: evidence for finding, evidence in found.findings}
    twins = evidence["Most rabbits of the test were in the training"]
    assert "24 rabbits have a near-identical twin" in twins.text
    assert twins.picture.startswith(b"\xff\xd8")
    for name, difference, right, published in evidence["Gradients divided by the wrong number"].table.rows:
        assert difference == right
        if name.startswith("weights"):
            numbers = [float(text.replace("−", "-")) for text in (published, right)]
            assert numbers[0] == pytest.approx(0.8 * numbers[1], abs=2e-4)
    first, second = evidence["Biases that all learn the same, or nothing"].table.rows
    assert first[2] == "0.0000 and 0.0000" and second[2] != first[2]
    low, high = first[1].split(" to ")
    assert low == high
    named = [{each["fault"] for each in found.results.first(name).doctors_findings()} for name in names[:2]]
    assert {"wrong gradient", "missing gradient"} <= named[0]
    assert not {"wrong gradient", "missing gradient"} & named[1]


@pytest.mark.slow
def test_folds_are_what_a_cross_validated_variant_is_scored_by(cats, tmp_path):
    found = pellucid.reproduce("cats", cats, tmp_path / "out", quick=True, variants=["cnn-folds"])
    [row] = found.rows
    assert (row.runs[0].part, row.n) == ("cross-validation", 34)


def test_evidence_waits_for_what_it_needs(cats, tmp_path, monkeypatch):
    asked = []
    finding = Finding("a", "b", lambda results: asked.append(results) or Evidence("c"), ("trap", "course"))
    monkeypatch.setattr(reproducing, "system", lambda name: replace(system(name), findings=(finding,)))
    found = pellucid.reproduce("cats", cats, tmp_path / "out", quick=True, variants=["trap"])
    assert found.findings == [(finding, None)] and not asked


def test_evidence_whose_data_set_is_absent_costs_no_page(tmp_path):
    def absent(results):
        raise DataError("cannot download mnist")

    plan = Plan(replace(system("mnist"), findings=(Finding("a", "b", absent),)), "pictures", system("mnist").variants)
    [(_, evidence)] = Reproduction(plan, tmp_path, Results(), {}).findings
    assert evidence.text == "Nothing can be shown here: cannot download mnist."


def test_seeds_and_variants(cats):
    plan = Plan.of(system("cats"), cats, [], 2, quick=False, start_from=None)
    runs = [(variant.name, seed) for variant, seed in plan.runs()]
    assert ("file-type", 1) not in runs and ("trap", 1) in runs and ("trap", 2) not in runs
    assert runs.index(("cnn-folds", 0)) < runs.index(("faithful", 1))
    with pytest.raises(RecipeError, match="cats has no variant best"):
        Plan.of(system("cats"), cats, ["best"], None, quick=False, start_from=None)
    with pytest.raises(RecipeError, match="--seeds is 0"):
        Plan.of(system("cats"), cats, [], 0, quick=False, start_from=None)


def test_where_the_pictures_are(rabbits, tmp_path, monkeypatch):
    rabbit = system("rabbits")
    assert located(rabbit, rabbits) == located(rabbit, rabbits / "train") == str(rabbits / "train")
    monkeypatch.delenv("PELLUCID_DATA", raising=False)
    with pytest.raises(DataError, match=r"no pictures for rabbits \(PELLUCID_DATA is not set\).*rabbits-cats below"):
        located(rabbit, None)
    monkeypatch.setenv("PELLUCID_DATA", str(tmp_path))
    with pytest.raises(DataError, match="rabbits-cats/train is not there"):
        located(rabbit, None)
    (tmp_path / "rabbits-cats" / "train").mkdir(parents=True)
    assert located(rabbit, None) == str(tmp_path / "rabbits-cats" / "train")
    assert located(system("cats"), None) == "cat-vs-noncat"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cats", "rabbits"])
def test_quick_on_real_pictures(real_data, tmp_path, name):
    found = pellucid.reproduce(name, None, tmp_path / "out", quick=True)
    assert len(found.rows) == len(system(name).variants) and not found.problems
    assert all(evidence for finding, evidence in found.findings if finding.evidence)
