"""Files arrive whole or not at all: on a full disk, after a kill, from many threads."""

import os
import signal
import stat
import subprocess
import sys
import threading

import pytest

from pellucid.errors import OutputError
from pellucid.files import atomic_path, atomic_write, remove_leftovers

POSIX = pytest.mark.skipif(os.name != "posix", reason="POSIX signals and permissions")
OLD, NEW = b"the old content", b"the new content" * 1000


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(OLD)
    return path


def only(target):
    """Nothing else lies in the folder."""
    return os.listdir(target.parent) == [target.name]


def run(script, *arguments):
    return subprocess.run([sys.executable, "-c", script, *map(str, arguments)], capture_output=True, text=True)


def test_write_and_overwrite(tmp_path):
    target = tmp_path / "a.txt"
    for content in ("first", "", "naïve\r\nlines\n"):
        atomic_write(target, content)
        assert target.read_bytes() == content.encode()
    atomic_write(str(target), b"\0\xff")
    assert target.read_bytes() == b"\0\xff" and only(target)


def test_the_temporary_file_lies_beside_the_target_with_its_suffix(target):
    with atomic_path(target) as temporary:
        temporary.write_bytes(NEW)
        assert temporary.parent == target.parent and temporary.suffix == ".safetensors"
        assert temporary.name.startswith(".") and target.read_bytes() == OLD
    assert target.read_bytes() == NEW and only(target)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_error_leaves_the_old_file_and_nothing_else(target, error):
    with pytest.raises((ValueError, KeyboardInterrupt, OutputError)), atomic_path(target) as temporary:
        temporary.write_bytes(NEW[:100])
        raise error
    assert target.read_bytes() == OLD and only(target)


def test_the_content_is_on_the_disk_before_the_name(target, monkeypatch):
    calls = []
    monkeypatch.setattr(os, "fsync", lambda handle: calls.append("fsync"))
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda *paths: (calls.append("replace"), replace(*paths)))
    atomic_write(target, NEW)
    assert calls == ["fsync", "replace"]


@POSIX
def test_a_full_disk_leaves_the_old_file_whole(target):
    script = """
import resource, signal, sys
from pellucid.errors import OutputError
from pellucid.files import atomic_write
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails with an error, as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
try:
    atomic_write(sys.argv[1], bytes(100_000))
except OutputError as error:
    print(error)
"""
    said = run(script, target)
    assert said.stdout.startswith(f"cannot write {target}: ") and said.stdout.count("\n") == 1, said
    assert target.read_bytes() == OLD and only(target)


KILLED_WHILE_WRITING = """
import os, signal, sys
from pellucid.files import atomic_path
with atomic_path(sys.argv[1]) as temporary:
    temporary.write_bytes(b"half of the new content")
    os.kill(os.getpid(), signal.SIGKILL)
"""
KILLED_BEFORE_RENAMING = """
import os, signal, sys
from pellucid.files import atomic_write
os.replace = lambda *paths: os.kill(os.getpid(), signal.SIGKILL)
atomic_write(sys.argv[1], b"the new content")
"""
KILLED_AFTER_RENAMING = """
import os, signal, sys
from pellucid.files import atomic_write
replace = os.replace
os.replace = lambda *paths: (replace(*paths), os.kill(os.getpid(), signal.SIGKILL))
atomic_write(sys.argv[1], b"the new content")
"""


@POSIX
@pytest.mark.parametrize(
    ("script", "content"),
    [(KILLED_WHILE_WRITING, OLD), (KILLED_BEFORE_RENAMING, OLD), (KILLED_AFTER_RENAMING, b"the new content")],
    ids=["while writing", "before renaming", "after renaming"],
)
def test_a_kill_leaves_the_old_or_the_new_file_whole(target, script, content):
    assert run(script, target).returncode == -signal.SIGKILL
    assert target.read_bytes() == content
    atomic_write(target, NEW)  # and what the killed process left behind does not stand in the way
    assert target.read_bytes() == NEW
    remove_leftovers(target.parent)
    assert only(target)


def test_only_leftovers_are_removed(target):
    theirs = [".hidden", ".DS_Store", ".notes.20231231", ".env.deadbeef", ".model.safetensors.0123abcd.safetensors"]
    kept = [*theirs, "model.12345678.pellucid.safetensors", ".model.safetensors.1234567g.pellucid.safetensors"]
    for name in kept:
        (target.parent / name).touch()
    (target.parent / ".model.safetensors.0123abcd.pellucid.safetensors").touch()
    remove_leftovers(target.parent)
    assert sorted(os.listdir(target.parent)) == sorted([*kept, target.name])


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_that_is_replaced_keeps_its_permissions(target, mode):
    target.chmod(mode)
    atomic_write(target, NEW)
    assert target.read_bytes() == NEW and stat.S_IMODE(target.stat().st_mode) == mode


@POSIX
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_permissions_are_those_of_any_new_file(tmp_path, mask):
    before = os.umask(mask)
    try:
        atomic_write(tmp_path / "a.txt", "text")
        (tmp_path / "b.txt").write_text("text")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a.txt", "b.txt")]
    assert modes == [0o666 & ~mask] * 2


def test_the_umask_of_the_process_is_left_alone(target, monkeypatch):
    """It belongs to all threads: one that asks for it by setting it opens the files of the others to everybody."""
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("set the umask"))
    atomic_write(target, NEW)


def test_a_missing_folder(tmp_path):
    with pytest.raises(OutputError, match=r"cannot write .*a\.txt: No such file or directory") as caught:
        atomic_write(tmp_path / "none" / "a.txt", "text")
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions bind neither Windows nor root")
def test_a_folder_that_may_not_be_written_to(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="Permission denied"):
            atomic_write(tmp_path / "a.txt", "text")
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_is_not_overwritten(tmp_path):
    (tmp_path / "runs").mkdir()
    with pytest.raises(OutputError, match="is no regular file"):
        atomic_write(tmp_path / "runs", "text")
    assert os.listdir(tmp_path) == ["runs"]


@POSIX
def test_a_device_is_not_replaced(tmp_path):
    """Renaming over /dev/null would take it from the whole machine."""
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    with pytest.raises(OutputError, match="is no regular file"):
        atomic_write(fifo, "text")
    assert stat.S_ISFIFO(fifo.stat().st_mode)


@POSIX
def test_through_a_link_the_file_is_written_that_it_points_to(target):
    link = target.parent / "latest"
    link.symlink_to(target.name)
    atomic_write(link, NEW)
    assert link.is_symlink() and target.read_bytes() == NEW


def test_long_names(tmp_path):
    target = tmp_path / ("é" * 100 + ".txt")
    atomic_write(target, "text")
    assert only(target)


def test_many_threads_writing_one_file(target):
    contents = [bytes([letter]) * 50_000 for letter in b"abcdefgh"]
    threads = [threading.Thread(target=atomic_write, args=(target, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert target.read_bytes() in contents and only(target)
