import contextlib
import json
import os
import shutil
from dataclasses import replace

import pytest

from pellucid.errors import DataError, OutputError
from pellucid.images import open_source
from pellucid.images.named import CATALOGUE


class Listener:
    """Keeps what it is told."""

    def __init__(self):
        self.said, self.tasks = [], []

    def say(self, text):
        self.said.append(text)

    @contextlib.contextmanager
    def task(self, name, total):
        self.tasks.append([name, total, 0])

        def advance(n):
            self.tasks[-1][2] += n

        yield advance


def refused() -> str:
    with pytest.raises(DataError) as raised:
        open_source("mnist")
    assert "\n" not in str(raised.value)
    return str(raised.value)


NAMES = [file.name for file in CATALOGUE["mnist"].files]


def test_downloaded_once(offered, server):
    folder, listener = offered("good"), Listener()
    source = open_source("mnist", progress=listener)
    assert (len(source), source.classes, source.name) == (30, ("0", "1", "2"), "mnist")
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)
    assert listener.said == [f"downloading mnist, 1 MB, to {folder}"]
    assert listener.tasks[0][:2] == ["downloading mnist, MB", 1]
    assert len(server.asked) == 4
    assert open_source("mnist").labels.tolist() == source.labels.tolist()
    assert len(server.asked) == 4


@pytest.mark.parametrize("bad", ["missing", "broken", "wrong", "cut"])
def test_the_next_address_is_tried(offered, server, bad):
    folder = offered(bad, "good")
    assert len(open_source("mnist")) == 30
    assert [path.split("/")[1] for path in server.asked] == [bad, "good"] * 4
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)


def test_wrong_cut_missing_then_good(offered, server):
    offered("wrong", "cut", "missing", "good")
    assert len(open_source("mnist")) == 30
    assert len(server.asked) == 16


REASONS = {
    "missing": "answered 404 Not Found",
    "broken": "answered 503 Service Unavailable",
    "wrong": "other content than published (",
    "cut": "the connection was cut",
}


@pytest.mark.parametrize(("manner", "reason"), REASONS.items(), ids=REASONS)
def test_nothing_half_written_stays(offered, manner, reason):
    folder = offered(manner)
    message = refused()
    assert message.startswith("cannot download train-images-idx3-ubyte.gz of mnist (127.0.0.1:")
    assert reason in message and message.endswith("into a folder mnist below PELLUCID_DATA")
    assert not folder.parent.parent.exists()


def test_folders_that_were_there_stay(offered, tmp_path):
    folder = offered("missing")
    folder.parent.mkdir(parents=True)
    refused()
    assert list(folder.parent.iterdir()) == []


def damage(file):
    file.write_bytes(file.read_bytes()[:-7])
    return f"{file} is there, but its checksum is wrong (damaged or another version)"


WRONG = {
    "damaged": lambda folder: damage(folder / NAMES[2]),
    "missing": lambda folder: (folder / NAMES[2]).unlink() or f"{folder} has no {NAMES[2]}",
    "no folder": lambda folder: shutil.rmtree(folder.parent) or f"PELLUCID_DATA is {folder.parent}, and there is no such folder",
}


@pytest.mark.parametrize("harm", WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_files_that_the_user_has_is_said(offered, tmp_path, monkeypatch, harm):
    offered("good")
    own = shutil.copytree(tmp_path / "published", tmp_path / "own" / "mnist")
    monkeypatch.setenv("PELLUCID_DATA", str(own.parent))
    message = harm(own)
    listener = Listener()
    open_source("mnist", progress=listener)
    assert listener.said[0] == message


def test_a_damaged_file_is_named_where_it_cannot_be_downloaded(offered, tmp_path, monkeypatch):
    offered("missing")
    own = shutil.copytree(tmp_path / "published", tmp_path / "own" / "mnist")
    monkeypatch.setenv("PELLUCID_DATA", str(own.parent))
    message = damage(own / NAMES[0])
    assert refused().endswith(f"try again later, or mend this: {message}")


def test_no_connection(offered, monkeypatch):
    offered("good")
    monkeypatch.setitem(CATALOGUE, "mnist", replace(CATALOGUE["mnist"], addresses=("http://127.0.0.1:9/",)))
    assert "(127.0.0.1:9: no connection)" in refused()


def test_a_damaged_file_in_the_cache_is_fetched_again(offered, server):
    folder = offered("good")
    open_source("mnist")
    (folder / NAMES[2]).write_bytes(b"damaged")
    assert len(open_source("mnist")) == 30
    assert server.asked[4:] == [f"/good/{NAMES[2]}"]


def test_what_a_killed_download_left_behind_is_removed(offered):
    folder = offered("good")
    folder.mkdir(parents=True)
    (folder / ".train-images-idx3-ubyte.gz.0123abcd.pellucid.gz").write_bytes(b"half")
    open_source("mnist")
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)


def test_megabytes_are_counted_once(offered, tmp_path, monkeypatch):
    from pellucid.images.named import downloading

    monkeypatch.setattr(downloading, "_MEGABYTE", 100)
    offered("wrong", "cut", "good")
    listener = Listener()
    open_source("mnist", progress=listener)
    size = sum(file.size for file in CATALOGUE["mnist"].files)
    _, total, arrived = listener.tasks[0]
    assert total == -(-size // 100) and size // 100 <= arrived <= total + downloading._PIECE // 100


def test_a_cache_that_cannot_be_written(offered, tmp_path):
    offered("good")
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(OutputError, match=r"cannot make the folder .*PELLUCID_CACHE"):
        open_source("mnist")


def test_from_the_command_line(offered, tmp_path, capsys):
    from pellucid.cli import main

    offered("cut", "good")
    with pytest.raises(SystemExit) as end:
        main(["train", "mnist", "--epochs", "1", "--hidden", "4", "--out", str(tmp_path / "run"), "--json"])
    out, err = capsys.readouterr()
    assert end.value.code == 0 and json.loads(out)["n_test"] == 10
    assert "downloading mnist, 1 MB, to " in err and "labels: the digit that was written: " in err

    offered("missing")
    os.unlink(tmp_path / "cache" / "datasets" / "mnist" / NAMES[0])
    with pytest.raises(SystemExit) as end:
        main(["train", "mnist", "--out", str(tmp_path / "other")])
    assert end.value.code == 2 and not (tmp_path / "other").exists()
    assert "pellucid: cannot download train-images-idx3-ubyte.gz of mnist" in capsys.readouterr().err.splitlines()[-1]
