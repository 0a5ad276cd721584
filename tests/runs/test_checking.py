"""The checks as a job: healthy data gets no false alarm, and a cross-validation adds what it doubts."""

import json

import numpy as np
import pytest
from PIL import Image

import pellucid
from benchmarks.planted.pictures import scene
from pellucid.report import check_sentences
from pellucid.runs.checking import checked, section
from pellucid.runs.prepare import prepare
from pellucid.runs.progress import Silent


def test_digits_are_clean():
    findings = pellucid.check("digits")
    assert findings.groups == [] and findings.distinct == 1797
    assert findings.shortcuts == [] and findings.oddities == [] and len(findings.conflicts) == 0
    assert check_sentences(findings)[1] == 0 and len(findings.suspects) <= 5


def test_clean_photographs_are_told_so(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(20):
            scene(rng).save(tmp_path / name / f"{number}.png")
    sentences, serious = check_sentences(pellucid.check(tmp_path))
    assert serious == 0 and len(sentences) == 1 and sentences[0].startswith("Nothing suspicious was found")


def test_rows_of_numbers(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 5)).astype(np.float32)
    x[50] = x[3]
    np.savez(tmp_path / "rows.npz", x=x, y=np.arange(60) % 3)
    findings = pellucid.check(tmp_path / "rows.npz")
    assert [group.tolist() for group in findings.groups] == [[3, 50]] and findings.distinct == 59


def test_uneven_classes_are_offered_weights(tmp_path):
    rng = np.random.default_rng(0)
    for name, count in (("common", 24), ("rare", 8)):
        (tmp_path / name).mkdir()
        for number in range(count):
            scene(rng).save(tmp_path / name / f"{number}.png")
    sentences, _ = check_sentences(pellucid.check(tmp_path))
    assert any("3.0 times as many" in text and "loss.class_weight=balanced" in text for text in sentences)


def test_classes_in_other_shares_are_told(tmp_path):
    rng = np.random.default_rng(0)
    for part, counts in {"train": (60, 20), "test": (5, 25)}.items():
        for name, count in zip(("cat", "other"), counts, strict=True):
            (tmp_path / part / name).mkdir(parents=True)
            for number in range(count):
                scene(rng).save(tmp_path / part / name / f"{number}.png")
    findings = pellucid.check(tmp_path)
    sentences, serious = check_sentences(findings)
    assert serious == 0
    assert any("25.0\u00a0% of the training pictures and 83.3\u00a0% of the test pictures" in text for text in sentences)
    assert findings.to_json()["shift"] == {"label": "other", "part": "test", "in_training": 0.25, "in_part": 25 / 30}


def test_series_of_one_moment(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(12):
            exif = Image.Exif()
            exif.get_ifd(0x8769)[0x9003] = f"2024:05:{1 + number // 3:02} 12:00:{10 * (number % 3):02}"
            scene(rng, 48).save(tmp_path / name / f"{number}.jpg", exif=exif)
    sentences, _ = check_sentences(pellucid.check(tmp_path))
    assert any("taken within a minute" in text and "data.burst_seconds=60" in text for text in sentences)
    groups = pellucid.check(tmp_path, **{"data.burst_seconds": 60}).dataset.groups
    assert len(np.unique(groups)) == 8 and groups[0] == groups[1] == groups[2] != groups[3]


def test_folds_add_the_labels_they_doubt(tmp_path):
    images = np.concatenate([np.full((60, 8, 8, 1), level, np.uint8) for level in (40, 210)])
    images = np.clip(images + np.random.default_rng(0).normal(0, 25, images.shape), 0, 255).astype(np.uint8)
    labels = np.repeat([0, 1], 60)
    labels[7] = 1
    np.savez(tmp_path / "levels.npz", x=images, y=labels)
    settings = {"epochs": 12, "learning_rate": 0.3, "input.normalisation": "standard", "folds": 3}
    pellucid.train(tmp_path / "levels.npz", "digits/faithful", tmp_path / "run", **settings)
    suspects = json.loads((tmp_path / "run" / "checks.json").read_text())["suspects"]
    assert [each["path"] for each in suspects] == ["x[7]"]
    assert (suspects[0]["suggested"], suspects[0]["by"]) == ("0", "folds")
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "than its label says: please look at “<bdi>x[7]</bdi>” (like “<bdi>0</bdi>”)." in page


@pytest.mark.slow
def test_mnist_and_cifar_are_no_mass_of_copies(real_data):
    """10,000 MNIST digits: at most 10 in groups. CIFAR-10's test part: under 3 %, all of which are truly alike."""
    for name, most in (("mnist", 10), ("cifar-10", 300)):
        findings = pellucid.check(name)
        test = findings.dataset.split == "test"
        grouped = np.unique(np.concatenate([np.empty(0, int), *findings.groups]))
        assert np.sum(test[grouped]) <= most * (1 if name == "mnist" else 2)


@pytest.mark.parametrize(("wanted", "said"), [("group", "is no fair test"), ("drop", "left out of training")])
def test_copies_across_a_given_split_are_told(tmp_path, wanted, said):
    rng = np.random.default_rng(0)
    images = np.stack([np.asarray(scene(rng, 32)) for _ in range(40)])
    given = {"x_train": images, "y_train": np.arange(40) % 2, "x_test": images[:6, :, ::-1], "y_test": np.arange(6) % 2}
    np.savez(tmp_path / "given.npz", **given)
    prepared = checked(prepare(str(tmp_path / "given.npz"), "mnist/part-two", {"data.leak_guard": wanted}, Silent()), Silent())
    sentences, serious = check_sentences(prepared.findings, together=True)
    assert said in sentences[0] + sentences[1] and serious == (wanted == "group")
    assert any("none of the test was seen" in text for text in sentences) == (wanted == "drop")
    assert len(prepared.split.train) + len(prepared.split.validation) == (34 if wanted == "drop" else 40)
    assert "left out" in section(prepared.findings, True).strips[0].groups[0][0].note or wanted == "group"
