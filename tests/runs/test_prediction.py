"""From files and folders to answers, and what becomes of them: JSON, CSV, a contact sheet, sorted copies."""

import csv
import json
import os
import shutil
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pellucid.classifier import Classifier
from pellucid.errors import DataError, ModelFileError, OutputError
from pellucid.images.input_spec import InputSpec
from pellucid.nn import Dense, Flatten, Network
from pellucid.runs.prediction import Answers, Prediction, predict
from pellucid.runs.progress import Silent
from pellucid.runs.sheets.predictions import MOST_PICTURES, draw_sheet, write_sheet
from pellucid.runs.sorting import class_folders, sort_into

CLASSES = ("dark", "=bright")


@pytest.fixture
def classifier():
    """Tells dark pictures from bright ones: z = (0, 8 (mean - 1/2))."""
    network = Network([Flatten(), Dense(2)], (4, 4, 1))
    tensors = network.tensors()
    tensors["1.W"][...] = [[0.0, 0.5]] * 16
    tensors["1.b"][...] = [0.0, -4.0]
    return Classifier(network, InputSpec((4, 4, 1)), CLASSES)


def picture(path: Path, grey: int, size=(12, 9)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, grey).save(path)
    return path


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "photos"
    for number in range(12):
        picture(root / f"p{number}.png", 10 + 20 * number)
    picture(root / "b" / "deep" / "x.jpg", 250)
    picture(root / ".hidden" / "y.jpg", 250)
    picture(root / "._p1.png", 250)
    (root / ".DS_Store").write_bytes(b"x")
    (root / "p1.AAE").write_text("sidecar")
    (root / "clip.MOV").write_bytes(b"film")
    return root


def relative(answers: Answers, root: Path) -> list[str]:
    return [each.path.relative_to(root).as_posix() for each in answers]


def test_a_folder_is_walked_in_natural_order_and_sidecars_are_counted(classifier, folder):
    answers = predict(classifier, folder)
    assert relative(answers, folder) == [*(f"p{number}.png" for number in range(12)), "b/deep/x.jpg"]
    assert answers.ignored == {".AAE": 1, ".DS_Store": 1, ".MOV": 1, "._*": 1}
    assert [each.label for each in answers] == ["dark"] * 6 + ["=bright"] * 7
    assert answers.classes == CLASSES and answers.skipped == ()


@pytest.mark.parametrize("batch_size", [1, 5, 13, 256])
def test_the_answers_are_those_of_the_classifier(classifier, folder, batch_size):
    answers = predict(classifier, [folder], batch_size=batch_size)
    expected = classifier.predict_proba([each.path for each in answers])
    np.testing.assert_allclose(np.array([each.probabilities for each in answers]), expected, atol=1e-6)
    for each in answers:
        assert each.probability == each.probabilities.max()
        assert each.label == answers.best_class(each)


def test_files_named_twice_are_answered_once(classifier, folder):
    answers = predict(classifier, [folder / "p3.png", str(folder / "p3.png"), folder])
    assert relative(answers, folder)[:3] == ["p3.png", "p0.png", "p1.png"]
    assert len(answers) == 13


def test_a_file_may_have_any_name_and_a_model_be_a_path(classifier, tmp_path):
    classifier.save(tmp_path / "model.safetensors")
    path = picture(tmp_path / "photo.jpg", 200).rename(tmp_path / ".strange")
    (answer,) = predict(str(tmp_path / "model.safetensors"), str(path))
    assert (answer.path, answer.label) == (path, "=bright")
    with pytest.raises(ModelFileError):
        predict(path, path)


def test_broken_pictures_are_named_and_skipped(classifier, folder):
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.jpg").write_text("hello, I am a text\n" * 9)
    whole = picture(folder / "cut.jpg", 99, (200, 200)).read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    answers = predict(classifier, folder, batch_size=4)
    assert len(answers) == 13
    assert {path.name for path, _ in answers.skipped} == {"empty.jpg", "text.jpg", "cut.jpg"}
    assert all(reason and "\n" not in reason for _, reason in answers.skipped)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_called_like_a_picture_is_not_waited_for(classifier, folder):
    os.mkfifo(folder / "pipe.jpg")
    assert predict(classifier, folder).skipped == ((folder / "pipe.jpg", "not a file"),)


def test_links_are_followed_but_not_in_circles(classifier, folder, tmp_path):
    elsewhere = picture(tmp_path / "elsewhere" / "z.png", 0).parent
    try:
        (folder / "link").symlink_to(elsewhere)
        (folder / "circle").symlink_to(folder)
        (folder / "gone.png").symlink_to(tmp_path / "nowhere.png")
    except OSError:
        pytest.skip("links cannot be made here")
    answers = predict(classifier, folder)
    assert len(answers) == 14 and "link/z.png" in relative(answers, folder)
    assert [path.name for path, _ in answers.skipped] == ["gone.png"]


def test_what_cannot_be_answered_is_one_clear_error(classifier, tmp_path):
    with pytest.raises(DataError, match="there is no file or folder"):
        predict(classifier, [tmp_path, tmp_path / "none.jpg"])
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(DataError, match=r"no pictures.*\.TXT \(1\)"):
        predict(classifier, tmp_path)
    with pytest.raises(DataError, match=r"none of 1 pictures.*notes\.txt"):
        predict(classifier, tmp_path / "notes.txt")
    with pytest.raises(DataError, match="no pictures"):
        predict(classifier, [])


def test_a_model_of_feature_rows_takes_no_pictures(folder):
    rows = Classifier(Network([Dense(2)], (3,)), InputSpec((3,), normalisation="none"), CLASSES)
    with pytest.raises(DataError, match="rows of 3 numbers"):
        predict(rows, folder)


def test_dark_pictures_pass_where_a_dark_array_would_be_doubted(tmp_path):
    counts = Classifier(Network([Flatten(), Dense(2)], (4, 4, 1)), InputSpec((4, 4, 1), value_range=(0, 16)), CLASSES)
    assert len(predict(counts, picture(tmp_path / "night.png", 3))) == 1


def test_memory_holds_a_few_batches_however_many_pictures_there_are(classifier, folder, monkeypatch):
    paths = [picture(folder / "many" / f"{number}.png", 9) for number in range(60)]
    decoded, most, lock, decode = set(), 0, threading.Lock(), InputSpec.decode
    answer = Classifier.decide_decoded

    def counting(spec, path):
        with lock:
            decoded.add(path)
        return decode(spec, path)

    def answering(self, values):
        nonlocal most
        with lock:
            most = max(most, len(decoded))
        found = answer(self, values)
        with lock:
            for path in paths[: len(values)]:
                decoded.discard(path)
            del paths[: len(values)]
        return found

    monkeypatch.setattr(InputSpec, "decode", counting)
    monkeypatch.setattr(Classifier, "decide_decoded", answering)
    assert len(predict(classifier, list(paths), batch_size=4)) == 60
    assert most <= 3 * 4


def test_an_error_while_answering_stops_the_decoding(classifier, folder, monkeypatch):
    monkeypatch.setattr(Classifier, "decide_decoded", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        predict(classifier, folder, batch_size=2)
    assert threading.active_count() == threads


def test_progress_hears_of_every_picture(classifier, folder):
    class Listener(Silent):
        heard: list = []  # noqa: RUF012

        @contextmanager
        def task(self, name, total):
            self.heard.append((name, total))
            yield lambda n=1: self.heard.append(n)

    (folder / "empty.jpg").write_bytes(b"")
    predict(classifier, folder, progress=Listener(), batch_size=5)
    assert Listener.heard == [("predicting", 14), 5, 5, 4]


def test_json_holds_everything(classifier, folder):
    (folder / "empty.jpg").write_bytes(b"")
    unsure = predict(replace(classifier, threshold=0.9), folder)
    data = json.loads(json.dumps(unsure.to_json(), allow_nan=False))
    assert data["skipped"] == [{"path": str(folder / "empty.jpg"), "reason": "empty file (0 bytes)"}]
    assert data["ignored"] == {".AAE": 1, ".DS_Store": 1, ".MOV": 1, "._*": 1}
    first, middle = data["predictions"][0], data["predictions"][6]
    assert first["path"] == str(folder / "p0.png") and first["label"] == "dark"
    assert first["probabilities"].keys() == set(CLASSES) and first["probability"] == max(
        first["probabilities"].values()
    )
    assert first["refused"] is None and middle["refused"] == "not sure"
    assert middle["label"] is None and 0.5 < middle["probability"] < 0.9


def test_csv_is_safe_in_a_spreadsheet(classifier, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    picture(tmp_path / "=cmd(1).png", 250)
    picture(tmp_path / "a,b.png", 250)
    answers = predict(replace(classifier, threshold=0.97), ["=cmd(1).png", "a,b.png", picture(Path("middle.png"), 130)])
    answers.write_csv("out.csv")
    with open("out.csv", encoding="utf-8", newline="") as file:
        header, first, second, third = csv.reader(file)
    assert header == ["path", "label", "probability", "refused", "dark", "'=bright"]
    assert first[:2] == ["'=cmd(1).png", "'=bright"] and first[3] == "" and float(first[2]) == float(first[5])
    assert second[0] == "a,b.png"
    assert third[:2] == ["middle.png", ""] and third[3] == "not sure"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text here")
def test_names_that_are_no_text_are_written_escaped(classifier, tmp_path):
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")
    shutil.copyfile(picture(tmp_path / "a.png", 1), name)
    answers = predict(classifier, name)
    answers.write_csv(tmp_path / "out.csv")
    assert r"\udcff.png" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    json.dumps(answers.to_json())
    draw_sheet(answers)
    assert sort_into(answers, tmp_path / "sorted") == {"dark": 1}


def answers_named(classes, paths) -> Answers:
    p = np.eye(len(classes))
    cycle = [number % len(classes) for number in range(len(paths))]
    return Answers(tuple(classes), tuple(Prediction(path, classes[k], 0.97, p[k]) for path, k in zip(paths, cycle)))


HOSTILE = ["../../etc", "CON", "", "x" * 300, "a\nb\0", "кот", "猫", "\u202eevil", "<b>&", "\udc80", "w " * 90, "🐈"]


def test_the_sheet_is_a_picture_of_the_pictures(classifier, folder):
    answers = predict(classifier, folder)
    write_sheet(answers, folder / "sheet.png")
    sheet = np.asarray(Image.open(folder / "sheet.png"))
    assert sheet.ndim == 3 and sheet.shape[2] == 3
    for each in (10, 230):  # the greys of the first picture and of the last but one
        assert np.any(np.all(sheet == each, axis=2))


def test_the_sheet_takes_hostile_names_and_pictures_that_have_gone(tmp_path):
    paths = [
        picture(tmp_path / f"{number}{'y' * 200}.png", 99, size)
        for number, size in enumerate([(1, 1), (999, 1), (1, 999)])
    ]
    answers = answers_named(HOSTILE, [paths[number % 3] for number in range(len(HOSTILE))])
    gone = Prediction(tmp_path / "gone.png", None, 0.2, np.eye(len(HOSTILE))[3])
    draw_sheet(replace(answers, predictions=(*answers.predictions, gone), skipped=((tmp_path, "reason"),)))


def test_a_long_sheet_ends(tmp_path):
    answers = answers_named(["a", "b"], [picture(tmp_path / "p.png", 9)] * (MOST_PICTURES + 1))
    assert draw_sheet(answers).size == draw_sheet(replace(answers, predictions=answers.predictions[:-1])).size


def test_a_sheet_that_cannot_be_written_is_an_output_error(classifier, folder):
    with pytest.raises(OutputError):
        write_sheet(predict(classifier, folder), folder / "none" / "sheet.png")


def files_below(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_pictures_are_copied_into_a_folder_per_class(classifier, folder, tmp_path):
    os.utime(folder / "p0.png", (1_000_000_000, 1_000_000_000))
    (folder / "p0.png").chmod(0o444)
    before = files_below(folder)
    counts = sort_into(predict(replace(classifier, threshold=0.9), folder), tmp_path / "sorted")
    assert counts == {"dark": 3, "not-sure": 7, "=bright": 3}
    assert files_below(folder) == before
    assert (tmp_path / "sorted/dark/p0.png").read_bytes() == (folder / "p0.png").read_bytes()
    assert (tmp_path / "sorted/dark/p0.png").stat().st_mtime == 1_000_000_000
    assert len(files_below(tmp_path / "sorted")) == 13


def test_nothing_is_overwritten(classifier, tmp_path):
    first, second = picture(tmp_path / "a" / "p.png", 1), picture(tmp_path / "b" / "p.png", 2)
    target = tmp_path / "sorted"
    for _ in range(2):
        sort_into(predict(classifier, [first, second]), target)
    assert files_below(target) == ["dark/p-2.png", "dark/p-3.png", "dark/p-4.png", "dark/p.png"]
    greys = [Image.open(target / name).getpixel((0, 0)) for name in ("dark/p.png", "dark/p-2.png", "dark/p-3.png")]
    assert greys == [1, 2, 1]


def test_copies_stay_below_the_folder_whatever_the_classes_are_called(tmp_path):
    root = tmp_path / "a" / "b" / "sorted"
    paths = [picture(tmp_path / f"{number}.png", number) for number in range(len(HOSTILE))]
    counts = sort_into(answers_named(HOSTILE, paths), root)
    assert sum(counts.values()) == len(counts) == len(HOSTILE)
    assert len(files_below(root)) == len(HOSTILE)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["a", *(path.name for path in paths)])
    assert all(len(path.relative_to(root).parts) == 2 for path in root.rglob("*.png"))


@given(
    st.lists(
        st.text(max_size=8) | st.sampled_from([*HOSTILE, "con.txt", "Cat", "cat", "not-sure", ". .", "a/b", "a:b"]),
        unique=True,
    )
)
def test_folder_names_are_harmless_and_different(classes):
    names = list(class_folders(classes).values())
    assert len(names) == len(classes)
    assert len({name.casefold() for name in [*names, "not-sure"]}) == len(classes) + 1
    for name in names:
        assert name and name == name.strip(". ") and len(name.encode()) <= 110 and name.isprintable()
        assert not set(name) & set('<>:"/\\|?*') and name.partition(".")[0].upper() not in ("CON", "NUL", "COM1")


def test_a_file_in_the_place_of_the_folder_is_an_output_error(classifier, folder, tmp_path):
    (tmp_path / "sorted").write_text("in the way")
    with pytest.raises(OutputError, match="cannot make the folder"):
        sort_into(predict(classifier, folder), tmp_path / "sorted")
    assert (tmp_path / "sorted").read_text() == "in the way"


def test_real_photographs(classifier, real_data):
    answers = predict(classifier, real_data / "rabbits-cats" / "test")
    assert len(answers) > 10 and not answers.skipped
    assert draw_sheet(answers).width > 500
