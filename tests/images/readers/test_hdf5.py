import builtins

import numpy as np
import pytest

from pellucid.errors import DataError, RecipeError
from pellucid.images import open_source

h5py = pytest.importorskip("h5py")

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 5, 4, 3), dtype=np.uint8)
LABELS = np.array([0, 1, 1, 0, 1, 1])


@pytest.fixture
def save(tmp_path):
    def write(name="set.h5", **arrays):
        with h5py.File(tmp_path / name, "w") as file:
            for key, values in arrays.items():
                file[key] = values
        return tmp_path / name

    return write


def refused(path, error=DataError, **settings) -> str:
    with pytest.raises(error) as raised:
        open_source(path, **settings)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def course(save):
    """The files of Andrew Ng's course."""
    names = np.array([b"non-cat", b"cat"])
    test = save("test_catvnoncat.h5", test_set_x=IMAGES[:3], test_set_y=LABELS[:3], list_classes=names)
    return save("train_catvnoncat.h5", train_set_x=IMAGES, train_set_y=LABELS, list_classes=names), test


@pytest.mark.parametrize("given", [0, 1, "their folder"])
def test_files_of_the_course(save, given):
    files = course(save)
    source = open_source(files[0].parent if given == "their folder" else files[given])
    np.testing.assert_array_equal(source.images, np.concatenate([IMAGES, IMAGES[:3]]))
    assert source.classes == ("cat", "non-cat")
    assert source.labels.tolist() == [1, 0, 0, 1, 0, 0, 1, 0, 0]
    assert source.split.tolist() == ["train"] * 6 + ["test"] * 3
    assert source.paths[5:7] == ("train_set_x[5]", "test_set_x[0]")
    assert source.label_rule == 'the labels in train_set_y, test_set_y: "cat" (4+2), "non-cat" (2+1)'


def test_a_folder_with_what_pellucid_and_others_left_in_it(save, tmp_path):
    course(save)
    (tmp_path / "README.txt").touch()
    run = tmp_path / "runs" / "catvnoncat-1"
    (run / "figures").mkdir(parents=True)
    for name in ("config.toml", "model.safetensors", "figures/samples.png"):
        (run / name).touch()
    assert len(open_source(tmp_path)) == 9


def test_a_folder_of_pictures_with_an_hdf5_file_is_of_pictures(save, tmp_path):
    course(save)
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for number in (1, 2):
            (tmp_path / name / f"{number}.png").touch()
    assert open_source(tmp_path).classes == ("cat", "dog")


def test_a_folder_of_several_data_sets(save, tmp_path):
    course(save)
    save("other.h5", x=IMAGES, y=LABELS)
    assert 'HDF5 files of several data sets, "other.h5", "test_catvnoncat.h5", "train_' in refused(tmp_path)


def test_parts_with_the_same_keys(save):
    save("val.hdf5", X=IMAGES[:2], y=LABELS[:2])
    source = open_source(save("train.hdf5", X=IMAGES, y=LABELS))
    assert source.split.tolist() == ["train"] * 6 + ["validation"] * 2
    assert source.paths[5:7] == ("train[5]", "validation[0]")


def test_one_file_with_all_parts(save):
    source = open_source(save("train_and_test.h5", x_train=IMAGES, y_train=LABELS, x_test=IMAGES[:2], y_test=LABELS[:2]))
    assert source.split.tolist() == ["train"] * 6 + ["test"] * 2


def test_given_keys_in_groups_and_text(save):
    text = np.array(["rabbit", "cat", "cat", "rabbit", "cat", "cat"], dtype=h5py.string_dtype())
    path = save(**{"a/pictures": IMAGES, "a/kind": text})
    source = open_source(path, keys={"x": "a/pictures", "y": "a/kind"})
    assert source.classes == ("cat", "rabbit") and source.labels.tolist() == [1, 0, 0, 1, 0, 0]
    assert source.split is None
    message = refused(path)
    assert "under a usual name" in message and "a/kind (6,), a/pictures (6, 5, 4, 3)" in message
    assert 'no array "b" in' in refused(path, keys={"x": "a/pictures", "y": "b"})
    assert "keys must name" in refused(path, RecipeError, keys={"x": "a/pictures"})


def test_a_label_outside_the_names(save):
    path = save(x=IMAGES, y=LABELS + 1, class_names=np.array([b"a", b"b"]))
    assert "y has labels 1 to 2, which do not fit 2 class names" in refused(path)


def test_counts_that_differ(save):
    assert "expected one label for each picture" in refused(save(x=IMAGES, y=LABELS[:4]))


def test_parts_of_different_shape(save):
    save("test.h5", x=IMAGES[:, :3], y=LABELS)
    assert "the parts have pictures of different shapes" in refused(save("train.h5", x=IMAGES, y=LABELS))


def test_damaged(save, tmp_path):
    path = save(x=IMAGES, y=LABELS)
    content = path.read_bytes()
    for damaged in (b"", b"no HDF5", content[: len(content) // 2], content[:100]):
        path.write_bytes(damaged)
        assert "is no HDF5 file, or is damaged or cut off" in refused(path)


def test_damaged_values(save, tmp_path):
    with h5py.File(tmp_path / "set.h5", "w") as file:
        file.create_dataset("x", data=np.tile(IMAGES, (1, 8, 8, 1)), chunks=True, compression="gzip", fletcher32=True)
        file["y"] = LABELS
        start = file["x"].id.get_chunk_info(0).byte_offset
    content = bytearray((tmp_path / "set.h5").read_bytes())
    content[start + 50 : start + 90] = bytes(40)
    (tmp_path / "set.h5").write_bytes(content)
    assert '"x" in' in (message := refused(tmp_path / "set.h5")) and "cannot be read" in message


def test_values_in_other_files_are_not_read(tmp_path):
    (tmp_path / "secret.bin").write_bytes(bytes(16))
    with h5py.File(tmp_path / "set.h5", "w") as file:
        file.create_dataset("x", (4, 2, 2), "u1", external=[(str(tmp_path / "secret.bin"), 0, 16)])
        file["y"] = LABELS[:4]
    assert "lies in other files" in refused(tmp_path / "set.h5")


def test_without_h5py(save, monkeypatch):
    path, real = save(x=IMAGES, y=LABELS), builtins.__import__

    def hidden(name, *arguments, **settings):
        if name == "h5py":
            raise ImportError(name)
        return real(name, *arguments, **settings)

    monkeypatch.setattr(builtins, "__import__", hidden)
    assert refused(path).endswith("needs h5py, which is missing: pip install 'pellucid[hdf5]'")


def test_the_real_files(real_data):
    if not (real_data / "cat-vs-noncat").exists():
        pytest.skip("cat-vs-noncat is absent")
    source = open_source("cat-vs-noncat")
    assert source.images.shape == (259, 64, 64, 3)
    assert source.label_rule == 'whether a cat is shown: "cat" (72+33), "non-cat" (137+17)'
