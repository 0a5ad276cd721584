"""Dark pictures whose labels are wrong are found; healthy data get no alarm; each face shows the same."""

import json

import numpy as np
import pytest
from PIL import Image

import pellucid
from pellucid.runs import evaluate


def digits_as_files(root):
    """Digits 0 to 5 as PNG of two sizes in two folders a class; a third is dark, and of those most are mislabelled."""
    from sklearn.datasets import load_digits

    digits, rng = load_digits(), np.random.default_rng(0)
    for k in np.flatnonzero(digits.target[:900] < 6):
        label, dark = int(digits.target[k]) % 3, rng.random() < 0.3
        if dark and rng.random() < 0.6:
            label = (label + 1) % 3
        save(root, k, label, digits.images[k] * (255 / 16) * (0.3 if dark else 1))
    return root


def patches_as_files(root):
    """Three kinds of patches of any brightness; one label in eight is wrong, wherever it falls."""
    rng = np.random.default_rng(0)
    for k in range(600):
        pixels = rng.normal(rng.uniform(40, 140), 20, (8, 8))
        pixels[2 * (k % 3) : 2 * (k % 3) + 3] += 60
        save(root, k, rng.integers(3) if rng.random() < 0.2 else k % 3, pixels.clip(0, 255))
    return root


def save(root, k, label, pixels):
    folder = root / f"kind{label}" / ("left" if k // 3 % 2 else "right")
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype("uint8")).resize((16, 16) if k // 5 % 3 else (24, 20)).save(folder / f"{k}.png")


def trained(source, out, **settings):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PELLUCID_KERNELS", "reference")
        patch.setattr("pellucid.report.save_figures", lambda data, folder: [])
        settings = {"hidden": (32,), "epochs": 15, "size": 8, "grey": True, "test": 0.4} | settings
        return pellucid.train(source, out=out, **settings)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    root = tmp_path_factory.mktemp("planted")
    return digits_as_files(root / "photos"), trained(root / "photos", root / "run")


def test_dark_pictures_with_wrong_labels_are_found(planted):
    _, run = planted
    [worse] = [each for each in run.worth.slices if each.worse]
    assert worse.kind == "brightness" and worse.name.startswith("dark, up to ")
    assert worse.accuracy < 0.6 < worse.others_accuracy
    assert {each.kind for each in run.worth.slices} == {"brightness", "size", "folder"}
    assert {each.name for each in run.worth.slices if each.kind != "brightness"} == {"16 × 16", "24 × 20", "left", "right"}
    for kind in ("brightness", "size", "folder"):
        assert sum(each.n for each in run.worth.slices if each.kind == kind) == run.n_test


def test_report_and_json_say_so(planted):
    _, run = planted
    page = run.report.read_text(encoding="utf-8")
    assert '<section id="slices">' in page and page.count("Worse than the rest: brightness") == 2  # in words, and in its section
    values = json.loads((run.folder / "scores.json").read_text(encoding="utf-8"))
    assert values["slices"] == run.to_json()["slices"] and sum(row["worse"] for row in values["slices"]) == 1
    wrong = run.scores["test"].n - run.scores["test"].correct
    assert len(values["mistakes"]) == wrong
    sure = [row["probability"] for row in values["mistakes"]]
    assert sure == sorted(sure, reverse=True)
    assert all(row["label"] != row["predicted"] and row["path"].endswith(".png") for row in values["mistakes"])


def test_evaluate_finds_the_same(planted):
    source, run = planted
    found = evaluate(run.model, source)
    assert found.to_json()["slices"] == json.loads(json.dumps(run.to_json()["slices"]))
    assert found.to_json()["mistakes"][0]["path"] == json.loads((run.folder / "scores.json").read_text())["mistakes"][0]["path"]


@pytest.mark.parametrize("seed", [0, 1])
def test_healthy_pictures_get_no_alarm(tmp_path, seed):
    run = trained(patches_as_files(tmp_path / "photos"), tmp_path / "run", seed=seed)
    assert 0.6 < run.accuracy < 0.98  # there are mistakes to fall somewhere
    assert len(run.worth.slices) == 8 and not any(each.worse for each in run.worth.slices)


def test_arrays_have_no_size_and_no_folder_and_folds_count_every_picture(tmp_path):
    run = trained("digits", tmp_path / "run", folds=2, final=True, epochs=2, test=0.15)
    assert {each.kind for each in run.worth.slices} == {"brightness"}
    assert sum(each.n for each in run.worth.slices) == 1797 == run.n_test


def test_training_pictures_are_not_cut(tmp_path):
    run = trained("digits", tmp_path / "run", epochs=1, test=0.0, validation=0.0)
    assert run.worth.slices == () and run.part == "train"
