import io
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.errors import DataError
from pellucid.images import open_source
from pellucid.images.readers.cifar import open_cifar
from tests.images.readers.published import cifar_rows, python_two_pickle, write_cifar10, write_cifar100


def refused(path) -> str:
    with pytest.raises(DataError) as raised:
        open_source(path)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def planes(rows: np.ndarray) -> np.ndarray:
    return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


@pytest.fixture
def cifar10(tmp_path) -> Path:
    write_cifar10(tmp_path / "cifar-10-batches-py")
    return tmp_path / "cifar-10-batches-py"


def test_python_version(tmp_path):
    rows = write_cifar10(tmp_path / "mine")
    source = open_source(tmp_path / "mine")
    np.testing.assert_array_equal(source.images, planes(rows))
    assert source.images.flags.c_contiguous and source.images.dtype == np.uint8
    assert source.classes[:3] == ("airplane", "automobile", "bird") and len(source.classes) == 10
    assert source.labels.tolist() == [k % 10 for k in range(20)] * 6
    assert source.split.tolist() == ["train"] * 100 + ["test"] * 20
    assert (source.paths[20], source.paths[-1]) == ("data_batch_2[0]", "test_batch[19]")
    assert source.label_rule.startswith('the labels that the files give, by their names: "airplane" (10+2)')


def test_one_hundred_fine_classes(tmp_path):
    rows = write_cifar100(tmp_path / "cifar-100-python")
    source = open_source(tmp_path / "cifar-100-python")
    np.testing.assert_array_equal(source.images, planes(rows))
    assert source.classes == tuple(f"fine{k}" for k in range(100))
    assert source.labels.tolist() == list(range(100)) * 4
    assert source.split.tolist() == ["train"] * 200 + ["test"] * 200


def binary(folder: Path, *names: str, labels: int = 1, count: int = 20) -> np.ndarray:
    folder.mkdir()
    rows = []
    for number, name in enumerate(names):
        rows.append(cifar_rows(count, number))
        fine = np.arange(count, dtype=np.uint8)[:, None] % 10
        (folder / name).write_bytes(np.hstack([fine * 0 + 19] * (labels - 1) + [fine, rows[-1]]).tobytes())
    return np.concatenate(rows)


def test_binary_version(tmp_path):
    rows = binary(tmp_path / "ten", "data_batch_1.bin", "data_batch_2.bin", "test_batch.bin")
    (tmp_path / "ten" / "batches.meta.txt").write_text("\n".join("abcdefghij") + "\n\n")
    source = open_source(tmp_path / "ten")
    np.testing.assert_array_equal(source.images, planes(rows))
    assert source.classes == tuple("abcdefghij")
    assert source.labels.tolist() == [k % 10 for k in range(20)] * 3
    assert source.split.tolist() == ["train"] * 40 + ["test"] * 20


def test_binary_version_of_one_hundred(tmp_path):
    rows = binary(tmp_path / "hundred", "train.bin", "test.bin", labels=2)
    (tmp_path / "hundred" / "fine_label_names.txt").write_text("\n".join(f"fine{k}" for k in range(10)))
    source = open_source(tmp_path / "hundred")
    np.testing.assert_array_equal(source.images, planes(rows))
    assert source.classes[9] == "fine9" and source.labels.tolist() == [k % 10 for k in range(20)] * 2


def test_both_versions_in_one_folder_are_read_once(cifar10):
    (cifar10 / "data_batch_1.bin").write_bytes(bytes(3073))
    (cifar10 / "train").mkdir()
    assert len(open_source(cifar10)) == 120


def test_without_names_the_numbers_are_the_classes(cifar10):
    (cifar10 / "batches.meta").unlink()
    assert open_source(cifar10).classes == tuple("0123456789")


def test_batches_that_are_not_there_are_named(cifar10, tmp_path):
    assert open_source(cifar10).notes == ()
    (cifar10 / "data_batch_3").unlink()
    assert open_source(cifar10).notes == ("warning: data_batch_3 of CIFAR-10 is not there",)
    binary(tmp_path / "ten", "data_batch_1.bin", "data_batch_2.bin")
    (note,) = open_source(tmp_path / "ten").notes
    assert note == "warning: data_batch_3, data_batch_4, data_batch_5, test_batch of CIFAR-10 are not there"


def test_order_of_more_than_nine_batches(cifar10):
    (cifar10 / "data_batch_2").rename(cifar10 / "data_batch_10")
    names = [path.partition("[")[0] for path in open_source(cifar10).paths]
    assert list(dict.fromkeys(names)) == [
        "data_batch_1",
        "data_batch_3",
        "data_batch_4",
        "data_batch_5",
        "data_batch_10",
        "test_batch",
    ]


def archive_of(folder: Path, prefix: str = "cifar-10-batches-py/") -> Path:
    path = folder.parent / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for file in sorted(folder.iterdir()):
            archive.add(file, prefix + file.name)
    return path


def test_archive(cifar10):
    source, folder = open_source(archive_of(cifar10)), open_source(cifar10)
    np.testing.assert_array_equal(source.images, folder.images)
    assert (source.paths, source.classes) == (folder.paths, folder.classes)
    assert source.name == "cifar-10-python"


def test_hostile_archive_writes_nothing(cifar10, tmp_path):
    path = archive_of(cifar10, prefix="../../escaped/")
    link = tarfile.TarInfo("cifar-10-batches-py/data_batch_6")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "more.tar", "w") as archive:
        archive.addfile(link)
        for file in cifar10.iterdir():
            archive.add(file, file.name)
    before = sorted(tmp_path.rglob("*"))
    assert len(open_source(path)) == len(open_source(tmp_path / "more.tar")) == 120
    assert sorted(tmp_path.rglob("*")) == before


def test_damaged_archive(cifar10):
    path = archive_of(cifar10)
    content = path.read_bytes()
    for damaged in (content[:-2000], content[:3000] + b"\0" * 100 + content[3100:], content[:20]):
        path.write_bytes(damaged)
        assert "cifar-10-python.tar.gz is damaged or cut off" in refused(path)


def test_archive_of_something_else(tmp_path):
    with tarfile.open(tmp_path / "other.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("letter.txt"), io.BytesIO())
    assert "no CIFAR pictures in" in refused(tmp_path / "other.tar.gz")


BATCHES = {
    "no pictures": ({b"labels": [0, 1]}, "found none"),
    "wrong shape": ({b"data": cifar_rows(4)[:, :3000], b"labels": [0] * 4}, "found uint8 (4, 3000)"),
    "wrong type": ({b"data": cifar_rows(4).astype(np.int64), b"labels": [0] * 4}, "found int64 (4, 3072)"),
    "too few labels": (
        {b"data": cifar_rows(4), b"labels": [0] * 3},
        "4 pictures, expected a list of as many class numbers called labels",
    ),
    "no labels": ({b"data": cifar_rows(4)}, "called labels"),
    "label outside": ({b"data": cifar_rows(4), b"labels": [0, 1, 10, 1]}, "data_batch_3[2]"),
    "negative label": ({b"data": cifar_rows(4), b"labels": [0, -1, 9, 1]}, "has label -1: expected 0 to 9"),
    "labels as text": ({b"data": cifar_rows(4), b"labels": [b"0", b"1", b"2", b"3"]}, "expected a list of as many"),
    "nested labels": ({b"data": cifar_rows(4), b"labels": [[0], 1, [2, 3], 1]}, "expected a list of as many"),
    "huge label": ({b"data": cifar_rows(4), b"labels": [0, 1, 2**80, 1]}, "expected a list of as many"),
    "a list": ([1, 2], "holds no dictionary"),
}


@pytest.mark.parametrize(("batch", "part"), BATCHES.values(), ids=BATCHES)
def test_batches_that_are_none(cifar10, batch, part):
    (cifar10 / "data_batch_3").write_bytes(python_two_pickle(batch))
    message = refused(cifar10)
    assert part in message and "data_batch_3" in message


def test_names_that_are_none(cifar10):
    for names in ([b"cat"], [b"cat", b"cat"], b"cat", [1, 2]):
        (cifar10 / "batches.meta").write_bytes(python_two_pickle({b"label_names": names}))
        assert "batches.meta" in refused(cifar10)


def test_cut_off(cifar10, tmp_path):
    content = (cifar10 / "data_batch_4").read_bytes()
    (cifar10 / "data_batch_4").write_bytes(content[:-1000])
    assert "data_batch_4 is damaged or cut off" in refused(cifar10)
    binary(tmp_path / "ten", "data_batch_1.bin")
    (tmp_path / "ten" / "data_batch_1.bin").write_bytes(b"\1" * 3000)
    assert "3000 bytes, expected a multiple of 3073" in refused(tmp_path / "ten")


def test_code_in_a_batch_is_not_run(cifar10, tmp_path):
    (cifar10 / "data_batch_2").write_bytes(b"\x80\x02cos\nmkdir\nU\x08" + b"captured" + b"\x85R.")
    assert 'asks Python for "os.mkdir"' in refused(cifar10)
    assert not Path("captured").exists()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=8), st.integers(0, 2**32 - 1), st.booleans())
def test_what_is_written_is_read(labels, seed, as_binary):
    rows = cifar_rows(len(labels), seed)
    with tempfile.TemporaryDirectory() as name:
        if as_binary:
            content = np.hstack([np.array(labels, np.uint8)[:, None], rows]).tobytes()
            Path(name, "data_batch_1.bin").write_bytes(content)
        else:
            Path(name, "data_batch_1").write_bytes(python_two_pickle({b"data": rows, b"labels": labels}))
        source = open_cifar(Path(name))
    np.testing.assert_array_equal(source.images, planes(rows))
    assert [int(source.classes[label]) for label in source.labels] == labels


def test_the_real_files(real_data):
    folder = real_data / "cifar-10-batches-py"
    if not folder.exists():
        pytest.skip("CIFAR-10 is absent")
    import pickle

    source = open_source("cifar-10")
    assert source.images.shape == (60000, 32, 32, 3)
    assert np.bincount(source.labels).tolist() == [6000] * 10
    with open(folder / "data_batch_3", "rb") as stream:
        batch = pickle.load(stream, encoding="bytes")  # the publisher's file, checked by its size
    np.testing.assert_array_equal(source.images[20000:30000], planes(batch[b"data"]))
    assert source.labels[20000:30000].tolist() == batch[b"labels"]
