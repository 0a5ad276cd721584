import pytest

from pellucid.images.readers.parts import part_of, parts_beside


@pytest.mark.parametrize(
    ("name", "part"),
    [("train_cats.h5", "train"), ("cats-TEST.h5", "test"), ("dev.h5", "validation"), ("latest.h5", ""), ("training.h5", "train")],
)
def test_parts_by_name(name, part):
    assert part_of(name) == part


def test_files_beside_each_other(tmp_path):
    for name in ("cats_test.csv", "cats_train.csv", "cats_val.csv", "dogs_test.csv", "cats_train.txt", "cats.csv"):
        (tmp_path / name).touch()
    (tmp_path / "cats_dev.csv").mkdir()
    beside = parts_beside(tmp_path / "cats_test.csv", lambda file: True)
    assert [(part, file.name) for part, file in beside] == [
        ("train", "cats_train.csv"),
        ("validation", "cats_val.csv"),
        ("test", "cats_test.csv"),
    ]
    assert parts_beside(tmp_path / "cats.csv", lambda file: True) == [("", tmp_path / "cats.csv")]
    only = parts_beside(tmp_path / "cats_test.csv", lambda file: "val" not in file.name)
    assert [part for part, _ in only] == ["train", "test"]
