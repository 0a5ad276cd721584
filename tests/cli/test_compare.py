import json
import shutil

import pytest

from tests.cli.program import one_line


@pytest.fixture(scope="module")
def twins(trained, tmp_path_factory):
    """Two folders of the same run."""
    copy = tmp_path_factory.mktemp("copies") / "copy"
    shutil.copytree(trained, copy)
    return trained, copy


def test_a_table_and_a_page(run, twins, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = run("compare", *twins)
    assert ended.status == 0
    lines = ended.out.splitlines()
    assert lines[0].split()[:2] == ["run", "score"] and [line.split()[0] for line in lines[1:3]] == ["run", "copy"]
    assert "nothing tells them apart" in ended.out and "\u00a0" not in ended.out
    assert lines[-1] == "page: comparison.html"
    assert (tmp_path / "comparison.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_json_writes_a_page_only_where_one_is_named(run, twins, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    printed = json.loads(run("compare", *twins, "--json").out)
    assert "page" not in printed and not any(tmp_path.iterdir())
    assert printed["pairs"][0]["common"] == 270 and printed["pairs"][0]["p"] == 1
    printed = json.loads(run("compare", *twins, "--json", "--out", "page.html").out)
    assert printed["page"] == "page.html" and (tmp_path / "page.html").is_file()


def test_bad_input(run, twins, tmp_path):
    page = tmp_path / "page.html"
    assert "expected two or more" in one_line(run("compare", twins[0], "--out", page))
    assert "holds no run" in one_line(run("compare", twins[0], tmp_path, "--out", page))
    assert "is not there" in one_line(run("compare", twins[0], tmp_path / "none", "--out", page))
    assert "same folder" in one_line(run("compare", twins[0], twins[0] / ".", "--out", page))
    assert "RUN" in one_line(run("compare"))
    assert not page.exists()
