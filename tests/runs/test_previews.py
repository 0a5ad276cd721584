"""What `preview` shows is what training would see."""

import numpy as np
import pytest

import pellucid
from pellucid.errors import RecipeError
from pellucid.recipes import Recipe
from pellucid.runs.sheets.previews import draw_preview


def photographs(tmp_path, count=30, channels=3, classes=3):
    rng = np.random.default_rng(0)
    path = tmp_path / "pictures.npz"
    names = np.array(["Zürich", "a class with a very long name indeed", "b"])
    np.savez(path, x=rng.integers(0, 256, (count, 10, 14, channels), dtype=np.uint8), y=names[np.arange(count) % classes])
    return path


def test_versions_are_those_of_the_epochs(tmp_path):
    found = pellucid.preview(photographs(tmp_path), Recipe(), **{"augment.flip": "alternating"})
    assert found.settings == {"flip": "alternating"} and not found.warnings
    assert sorted({row.label for row in found.rows}) == ["Zürich", "a class with a very long name indeed", "b"]
    for row in found.rows:
        assert len(row.versions) == 7 and not any(version.shares for version in row.versions)
        same = [np.array_equal(version.pixels, row.original) for version in row.versions]
        mirrored = [np.array_equal(version.pixels, row.original[:, ::-1]) for version in row.versions]
        assert same == [not each for each in mirrored] == [same[0] ^ (number % 2 == 1) for number in range(7)]


def test_mixed_labels_are_told(tmp_path):
    found = pellucid.preview(photographs(tmp_path), Recipe(), **{"augment.mixup": 1.0})
    for row in found.rows:
        for version in row.versions:
            assert 0.98 < sum(share for _, share in version.shares) <= 1.0001
            assert [share for _, share in version.shares] == sorted((share for _, share in version.shares), reverse=True)
    assert {len(version.shares) for row in found.rows for version in row.versions} == {1, 2}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("normalisation", ["none", "unit", "standard"])
def test_noise_is_shown_on_the_scale_of_the_picture(tmp_path, channels, normalisation):
    settings = {"augment.noise": 1e-6, "input.normalisation": normalisation}
    found = pellucid.preview(photographs(tmp_path, channels=channels), Recipe(), **settings)
    for row in found.rows:
        assert row.original.shape == (10, 14, channels)
        assert all(np.array_equal(version.pixels, row.original) for version in row.versions)


@pytest.mark.parametrize("settings", [{"augment.rotate": 20.0}, {"augment.cutmix": 1.0, "augment.originals": True}], ids=str)
def test_the_sheet_has_a_place_for_every_version(tmp_path, settings):
    found = pellucid.preview(photographs(tmp_path), Recipe(), **settings)
    sheet = draw_preview(found)
    assert sheet.width > 8 * 126 and sheet.height > len(found.rows) * 90
    found.write(tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")


def test_many_classes_are_shown_once_each():
    found = pellucid.preview("digits", **{"augment.shift": 0.1})
    assert [row.label for row in found.rows] == list("0123456789")


def test_rows_of_numbers_have_nothing_to_show(tmp_path):
    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(0).random((30, 5)), y=np.arange(30) % 2)
    with pytest.raises(RecipeError, match="rows of numbers"):
        pellucid.preview(tmp_path / "rows.npz", **{"augment.flip": True})
