import json

from tests.cli.program import one_line


def test_table(run, trained, pictures):
    ended = run("predict", trained, pictures)
    assert ended.status == 0
    rows = [line.split() for line in ended.out.splitlines()]
    assert [row[0] for row in rows] == [str(pictures / f"digit{number}.png") for number in range(6)]
    assert [row[1] for row in rows[:5]] == ["0", "1", "2", "3", "4"]
    assert all(row[-1] == "%" for row in rows)
    assert ended.err.startswith(f"skipped {pictures / 'text.png'}: ")


def test_json_is_all_there_is_on_stdout(run, trained, pictures):
    ended = run("predict", trained, pictures / "digit0.png", "--json")
    (prediction,) = json.loads(ended.out)["predictions"]
    assert prediction["label"] == "0"
    assert ended.err == ""


def test_files_are_written_and_classes_counted(run, trained, pictures, tmp_path):
    words = ["--csv", tmp_path / "a.csv", "--sheet", tmp_path / "a.png", "--sort-into", tmp_path / "sorted"]
    ended = run("predict", trained, pictures, *words, "--quiet")
    assert (ended.status, ended.err) == (0, "")
    assert sum(int(line.split()[-1]) for line in ended.out.splitlines()) == 6
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").startswith("path,label,probability,")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert len(list((tmp_path / "sorted").rglob("*.png"))) == 6


def test_bad_input(run, trained, pictures, tmp_path):
    assert "nowhere" in one_line(run("predict", trained, tmp_path / "nowhere"))
    assert "text.png" in one_line(run("predict", trained, pictures / "text.png"))
    assert "model" in one_line(run("predict", tmp_path, pictures))
    assert "a.csv" in one_line(run("predict", trained, pictures / "digit0.png", "--csv", tmp_path / "none" / "a.csv"))


def test_many_broken_files_are_counted(run, trained, pictures, tmp_path):
    for number in range(8):
        (tmp_path / f"{number}.png").write_bytes(b"")
    lines = run("predict", trained, pictures / "digit0.png", tmp_path).err.splitlines()
    assert len(lines) == 6
    assert lines[-1] == "skipped 3 more"


def test_refused_pictures_say_why_and_are_answered_on_request(run, trained, pictures, tmp_path):
    from dataclasses import replace

    import pellucid

    model = pellucid.load(trained / "model.safetensors")
    wary = replace(model, novelty=replace(model.novelty, limit=0.0))  # everything is strange
    wary.save(tmp_path / "wary.safetensors")
    unsure = replace(model, novelty=None, threshold=1.0)
    unsure.save(tmp_path / "unsure.safetensors")
    words = [pictures / "digit0.png", "-q"]
    assert "(none of these)" in run("predict", tmp_path / "wary.safetensors", *words).out
    ended = run("predict", tmp_path / "unsure.safetensors", *words, "--json")
    (prediction,) = json.loads(ended.out)["predictions"]
    assert (ended.status, prediction["label"], prediction["refused"]) == (0, None, "not sure")
    assert prediction["probabilities"]["0"] > 0.1
    assert run("predict", tmp_path / "wary.safetensors", *words, "--answer-all").out.split()[1] == "0"
    run("predict", tmp_path / "wary.safetensors", *words, "--csv", tmp_path / "a.csv", "--sort-into", tmp_path / "sorted")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[1:4:2] == ["", "none of these"]
    assert (tmp_path / "sorted" / "none-of-these" / "digit0.png").exists()
