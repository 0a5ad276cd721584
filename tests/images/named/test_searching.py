import hashlib
import io
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pellucid.images import open_source
from pellucid.images.named import CATALOGUE
from pellucid.images.named.catalogue import Published
from pellucid.images.named.searching import find, why_not_found
from tests.images.readers.published import write_cifar10, write_cifar100, write_mnist


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


def test_an_unpacked_file_of_another_size_is_named(shelf):
    assert why_not_found(CATALOGUE["cifar-10"]) == ""
    folder = put(shelf, "cifar-10", "unpacked", "cifar-10-batches-py")
    assert why_not_found(CATALOGUE["mnist"]) == ""
    content = (folder / "data_batch_3").read_bytes()
    (folder / "data_batch_3").write_bytes(content[:1000])
    told = f"{folder / 'data_batch_3'} is there, but has 1,000 bytes of {len(content):,} (damaged or another version)"
    assert why_not_found(CATALOGUE["cifar-10"]) == told
    (folder / "data_batch_3").unlink()
    assert why_not_found(CATALOGUE["cifar-10"]) == f"{folder} has no data_batch_3"


def test_the_files_of_another_data_set_in_the_folder_itself_are_not_blamed(shelf):
    put(shelf, "mnist", "published", ".")
    assert why_not_found(CATALOGUE["fashion-mnist"]) == ""


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


def archived(folder: Path, prefix: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for file in sorted(folder.iterdir()):
            archive.add(file, prefix + file.name)
    return stream.getvalue()


def test_the_archive_as_published(shelf, monkeypatch):
    content = archived(shelf.parent / "made" / "cifar-10" / "unpacked", "cifar-10-batches-py/")
    (shelf / "cifar-10-python.tar.gz").write_bytes(content)
    file = Published("cifar-10-python.tar.gz", len(content), "sha256:" + hashlib.sha256(content).hexdigest())
    monkeypatch.setitem(CATALOGUE, "cifar-10", replace(CATALOGUE["cifar-10"], files=(file,)))
    source = open_source("cifar-10")
    assert len(source) == 120 and source.paths[0] == "data_batch_1[0]" and source.classes[9] == "truck"


def test_one_hundred_classes_have_their_names_without_a_file_of_names(shelf, monkeypatch):
    write_cifar100(shelf / "cifar-100-python")
    here = (sizes(shelf / "cifar-100-python", ("train", "test")),)
    monkeypatch.setitem(CATALOGUE, "cifar-100", replace(CATALOGUE["cifar-100"], extracted=here))
    (shelf / "cifar-100-python" / "meta").unlink()
    source = open_source("cifar-100")
    assert len(source.classes) == 100 and source.classes[0] == "apple" and source.classes[99] == "worm"
    assert source.split.tolist() == ["train"] * 200 + ["test"] * 200


def test_the_binary_version(shelf, monkeypatch):
    rows = np.random.default_rng(0).integers(0, 10, (20, 3073), dtype=np.uint8)
    names = ("data_batch_1.bin", "test_batch.bin")
    (shelf / "cifar-10-batches-bin").mkdir()
    for name in names:
        (shelf / "cifar-10-batches-bin" / name).write_bytes(rows.tobytes())
    here = (sizes(shelf / "cifar-10-batches-bin", names),)
    monkeypatch.setitem(CATALOGUE, "cifar-10", replace(CATALOGUE["cifar-10"], extracted=here))
    names = CATALOGUE["cifar-10"].read(Path("cifar-10"), find(CATALOGUE["cifar-10"])).classes
    assert set(names) <= {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}


def test_the_catalogue_is_complete():
    """Every data set has several addresses, and a checksum and a size for each file."""
    for dataset in CATALOGUE.values():
        assert len(dataset.addresses) >= 2
        assert all(address.startswith(("https://", "http://")) and address.endswith("/") for address in dataset.addresses)
        for file in dataset.files:
            kind, _, digits = file.checksum.partition(":")
            assert len(digits) == {"md5": 32, "sha256": 64}[kind] and file.size > 0


@pytest.mark.parametrize("name", ["mnist", "cat-vs-noncat"])
def test_the_catalogue_fits_the_real_files(real_data, name):
    if not (real_data / name).exists():
        pytest.skip(f"{name} is absent")
    files = find(CATALOGUE[name])
    assert [file.name for file in files] == [file.name for file in CATALOGUE[name].files]
    assert [file.stat().st_size for file in files] == [file.size for file in CATALOGUE[name].files]


def test_the_real_mnist(real_data):
    if not (real_data / "mnist").exists():
        pytest.skip("MNIST is absent")
    source = open_source("mnist")
    assert source.images.shape == (70000, 28, 28, 1) and source.classes == tuple("0123456789")
    assert source.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert source.labels[60000:60010].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.flatnonzero(source.split == "test")[0] == 60000
    assert round(float(source.images[:60000].mean()) / 255, 4) == 0.1307  # the mean that everybody normalises by
