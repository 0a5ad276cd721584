import json

from tests.cli.program import one_line


def test_scores_of_the_held_out_part(run, trained):
    ended = run("evaluate", trained, "digits")
    assert ended.status == 0
    assert "270 pictures)" in ended.out
    assert "the test part" in ended.out
    rows = [line.split() for line in ended.out.splitlines()]
    assert ["precision", "recall", "F1", "pictures"] in rows
    assert [row[-1] for row in rows if row and row[0] == "macro"] == ["270"]


def test_json(run, trained):
    printed = json.loads(run("evaluate", trained / "model.safetensors", "digits", "--part", "train", "--json").out)
    assert (printed["part"], len(printed["per_class"])) == ("train", 10)


def test_demand_that_is_met(run, trained):
    assert run("evaluate", trained, "digits", "--require", "0.6").status == 0


def test_demand_that_is_not_met(run, trained):
    ended = run("evaluate", trained, "digits", "--require", "1", "--json", "-q")
    assert ended.status == 1
    assert json.loads(ended.out)["accuracy"] < 1
    assert ended.err.startswith("pellucid: the accuracy is ")
    assert ended.err.endswith(", below the required 100 %\n")


def test_bad_input(run, trained, tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"no model")
    for model, source in ((tmp_path, "digits"), (tmp_path / "none", "digits"), (trained, tmp_path / "none")):
        one_line(run("evaluate", model, source))
    assert "part" in one_line(run("evaluate", trained, "digits", "--part", "most", "-q"))


def test_accuracy_with_and_without_refused_pictures(run, trained, tmp_path):
    from dataclasses import replace

    import pellucid

    model = pellucid.load(trained / "model.safetensors")
    replace(model, threshold=0.9).save(tmp_path / "unsure.safetensors")
    ended = run("evaluate", tmp_path / "unsure.safetensors", "digits", "-q")
    (line,) = [line for line in ended.out.splitlines() if line.startswith("without the refused")]
    assert "not sure" in line and ended.status == 0
    printed = json.loads(run("evaluate", tmp_path / "unsure.safetensors", "digits", "-q", "--json").out)
    assert printed["answered"]["accuracy"] >= printed["accuracy"] and printed["n"] == 270
    assert printed["answered"]["refused"]["not sure"] > 0
