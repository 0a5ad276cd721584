import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pellucid.images import open_source
from pellucid.images.named import CATALOGUE
from pellucid.images.named.catalogue import Published
from pellucid.images.named.searching import find
from tests.images.readers.published import write_cifar10, write_mnist


def published(folder: Path, files) -> tuple[Published, ...]:
    contents = {file.name: (folder / file.name).read_bytes() for file in files}
    return tuple(Published(name, len(each), "md5:" + hashlib.md5(each).hexdigest()) for name, each in contents.items())


def sizes(folder: Path, names) -> dict[str, int]:
    return {name: (folder / name).stat().st_size for name in names}


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An empty folder as PELLUCID_DATA, and a catalogue with small data sets in the place of three real ones."""
    made = tmp_path / "made"
    for name in ("mnist", "fashion-mnist"):
        write_mnist(made / name / "published", train=20 if name == "mnist" else 23)
        write_mnist(made / name / "unpacked", compressed=False)  # the same sizes, as the real ones have
        monkeypatch.setitem(
            CATALOGUE,
            name,
            replace(
                CATALOGUE[name],
                files=published(made / name / "published", CATALOGUE[name].files),
                extracted=(sizes(made / name / "unpacked", CATALOGUE[name].extracted[0]),),
            ),
        )
    write_cifar10(made / "cifar-10" / "unpacked")
    here = (sizes(made / "cifar-10" / "unpacked", CATALOGUE["cifar-10"].extracted[0]), *CATALOGUE["cifar-10"].extracted[1:])
    monkeypatch.setitem(CATALOGUE, "cifar-10", replace(CATALOGUE["cifar-10"], extracted=here))
    (tmp_path / "shelf").mkdir()
    monkeypatch.setenv("PELLUCID_DATA", str(tmp_path / "shelf"))
    return tmp_path / "shelf"


def put(shelf: Path, name: str, form: str, place: str) -> Path:
    shutil.copytree(shelf.parent / "made" / name / form, shelf / place, dirs_exist_ok=True)
    return shelf / place


@pytest.mark.parametrize("place", ["mnist", "mnist/MNIST/raw", "MNIST/raw", "."])
def test_published_files_are_found(shelf, place):
    folder = put(shelf, "mnist", "published", place)
    assert [file.parent.resolve() for file in find(CATALOGUE["mnist"])] == [folder.resolve()] * 4
    assert find(CATALOGUE["fashion-mnist"]) is None


@pytest.mark.parametrize("place", ["fashion-mnist", "FashionMNIST/raw", "fashion-mnist/data/fashion"])
def test_unpacked_files_are_found_in_a_folder_called_so(shelf, place):
    folder = put(shelf, "fashion-mnist", "unpacked", place)
    assert [file.parent for file in find(CATALOGUE["fashion-mnist"])] == [folder] * 4
    assert find(CATALOGUE["mnist"]) is None


def test_unpacked_files_that_could_be_either_do_not_count(shelf):
    put(shelf, "mnist", "unpacked", ".")
    assert find(CATALOGUE["mnist"]) is None and find(CATALOGUE["fashion-mnist"]) is None


@pytest.mark.parametrize("place", ["cifar-10", "cifar-10-batches-py", "cifar-10/cifar-10-batches-py", "."])
def test_unpacked_batches_are_found(shelf, place):
    folder = put(shelf, "cifar-10", "unpacked", place)
    assert [file.parent.resolve() for file in find(CATALOGUE["cifar-10"])] == [folder.resolve()] * 6


def test_the_folder_of_the_name_comes_first(shelf):
    put(shelf, "mnist", "published", "MNIST/raw")
    named = put(shelf, "mnist", "published", "mnist")
    assert find(CATALOGUE["mnist"])[0].parent == named


def test_altered_published_files_do_not_count(shelf):
    folder = put(shelf, "mnist", "published", "mnist")
    file = folder / "t10k-labels-idx1-ubyte.gz"
    file.write_bytes(file.read_bytes()[:-1] + b"\1")
    assert find(CATALOGUE["mnist"]) is None


def test_unpacked_files_of_other_sizes_or_incomplete_do_not_count(shelf):
    folder = put(shelf, "cifar-10", "unpacked", "cifar-10")
    whole = (folder / "data_batch_5").read_bytes()
    (folder / "data_batch_5").write_bytes(whole + b"\0")
    assert find(CATALOGUE["cifar-10"]) is None
    (folder / "data_batch_5").unlink()
    assert find(CATALOGUE["cifar-10"]) is None


def test_opened_by_name(shelf):
    put(shelf, "mnist", "published", "mnist")
    put(shelf, "cifar-10", "unpacked", "cifar-10-batches-py")
    digits = open_source("mnist", classes=["2", "0", "1"])
    assert (digits.name, digits.location, digits.classes) == ("mnist", "mnist", ("2", "0", "1"))
    assert digits.label_rule.startswith('the digit that was written: "2" (6+4), ')
    cifar = open_source("cifar-10", classes=["airplane", "automobile", "bird"])
    assert (cifar.name, cifar.location, len(cifar)) == ("cifar-10", "cifar-10", 36)
    assert cifar.label_rule.startswith('what the picture shows: "airplane" (10+2), "automobile" (10+2), "bird" (10+2); left out: ')


def test_the_real_mnist(real_data):
    if not (real_data / "mnist").exists():
        pytest.skip("MNIST is absent")
    source = open_source("mnist")
    assert source.images.shape == (70000, 28, 28, 1) and source.classes == tuple("0123456789")
    assert source.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert source.labels[60000:60010].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.flatnonzero(source.split == "test")[0] == 60000
    assert round(float(source.images[:60000].mean()) / 255, 4) == 0.1307  # the mean that everybody normalises by
