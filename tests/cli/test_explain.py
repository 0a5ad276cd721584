import json

from tests.cli.program import one_line


def test_a_page_and_a_summary(run, trained, pictures, tmp_path):
    ended = run("explain", trained, pictures / "digit3.png", "--out", tmp_path / "out", "--quiet")
    assert (ended.status, ended.err) == (0, "")
    rows = dict(line.split(maxsplit=1) for line in ended.out.replace("looks like", "looks_like").splitlines())
    assert rows["answer"].startswith("3, ")
    assert rows["looks_like"].endswith("(3)")
    assert rows["page"] == str(tmp_path / "out" / "explanation.html")
    assert (tmp_path / "out" / "integrated_gradients.png").is_file()


def test_json_is_all_there_is_on_stdout(run, trained, tmp_path):
    ended = run("explain", trained, "digits[17]", "--out", tmp_path / "out", "--weight", "0.W[0,0,0,1]", "--target", "3", "--json")
    found = json.loads(ended.out)
    assert (found["target"], found["label"], found["weight"]["name"]) == ("3", "7", "0.W[0,0,0,1]")
    assert len(found["neighbours"]) == 8
    assert found["page"].endswith("explanation.html")


def test_bad_input(run, trained, pictures, tmp_path):
    assert "text.png" in one_line(run("explain", trained, pictures / "text.png", "--out", tmp_path / "out"))
    assert "no weight 7.W" in one_line(run("explain", trained, pictures / "digit0.png", "--weight", "7.W[0]"))
    assert "no class x" in one_line(run("explain", trained, pictures / "digit0.png", "--label", "x"))
    assert not (tmp_path / "out").exists()
