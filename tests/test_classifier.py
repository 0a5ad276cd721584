"""The one path from a picture to an answer, through the model file and back."""

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from sklearn.datasets import load_digits

from pellucid import container, kernels
from pellucid.classifier import LINKS, Classifier, load, probabilities
from pellucid.errors import DataError, ModelFileError, OutputError
from pellucid.images.input_spec import InputSpec
from pellucid.nn import Dense, Flatten, Layer, Network, SoftmaxCrossEntropy, presets
from pellucid.nn.features import described_layers, part_widths, parts_and_outputs
from pellucid.refusal import Novelty, ordinary_limit

DIGITS = tuple("0123456789")


@pytest.fixture(scope="session")
def digits():
    """Counts 0..16, (1797, 8, 8, 1), and labels."""
    data = load_digits()
    return data.images[..., None].astype(np.float32), data.target


@pytest.fixture(scope="session")
def classifier(digits):
    """A 64-32-10 network, taught with 700 plain steps."""
    x, labels = digits
    train = np.arange(1400)
    spec = InputSpec.measure(x, train, (8, 8, 1), value_range=(0, 16), normalisation="standard", per="pixel")
    network = Network(presets.mlp([32], 10), (8, 8, 1))
    loss, inputs = SoftmaxCrossEntropy(), spec.prepare(x)
    draw = np.random.default_rng(0)
    for batch in (draw.choice(train, 50, replace=False) for _ in range(700)):
        _, dz = loss(network.forward(inputs[batch], train=True, keep=True), labels[batch])
        network.backward(dz)
        network.theta -= np.float32(0.2) * network.grad
    scores = {"test": {"accuracy": 0.9132, "n": 397}}
    return Classifier(network, spec, DIGITS, provenance={"data_sha256": "ab" * 32}, scores=scores)


@pytest.fixture
def model(classifier, tmp_path):
    classifier.save(tmp_path / "model.safetensors")
    return tmp_path / "model.safetensors"


def small(outputs=3, link="softmax", classes=("a", "b", "c"), **fields):
    """An untrained classifier of 2 x 2 grey pictures."""
    return Classifier(Network(presets.mlp([4], outputs), (2, 2, 1), seed=1), InputSpec((2, 2, 1)), classes, link, **fields)


PICTURES = np.random.default_rng(2).integers(0, 256, (7, 2, 2, 1), dtype=np.uint8)


def test_it_has_learnt_the_digits(classifier, digits):
    x, labels = digits
    assert np.mean(classifier.predict(x[1400:]) == labels[1400:].astype(str)) > 0.88


def test_raw_counts_in_every_shape_and_a_png_give_the_same_digit(model, digits, tmp_path):
    loaded, right = load(model), 0
    for number in range(1400, 1420):
        counts, label = digits[0][number, :, :, 0], str(digits[1][number])
        picture = tmp_path / f"{number}.png"
        Image.fromarray(np.rint(counts * 255 / 16).astype(np.uint8)).save(picture)
        given = [
            counts,
            counts[..., None],
            counts.ravel(),
            counts.reshape(1, 64),
            counts.astype(int),
            picture,
            str(picture),
        ]
        answers = [loaded.predict(each) for each in given]
        assert all(answer.shape == (1,) and answer[0] == answers[0][0] for answer in answers)
        right += answers[0][0] == label
    assert right >= 17


def test_predict_gives_names_and_predict_proba_rows(classifier, digits):
    x = digits[0][:300]
    names, p = classifier.predict(x), classifier.predict_proba(x)
    assert names.shape == (300,) and names.dtype == object and {type(name) for name in names} == {str}
    assert p.shape == (300, 10) and p.dtype == np.float64
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_array_equal(names, np.array(DIGITS, dtype=object)[p.argmax(axis=1)])


def test_no_pictures_give_no_answers(classifier):
    assert classifier.predict([]).shape == (0,)
    assert classifier.predict_proba(np.zeros((0, 8, 8, 1))).shape == (0, 10)


def test_below_the_threshold_the_answer_is_none(classifier, digits):
    p = classifier.predict_proba(digits[0])
    threshold = float(np.median(p.max(axis=1)))
    names = replace(classifier, threshold=threshold).predict(digits[0])
    np.testing.assert_array_equal([name is None for name in names], p.max(axis=1) < threshold)


def test_temperature_divides_the_logits(classifier, digits):
    logits = classifier.logits(digits[0][:20]).astype(np.float64)
    cooled = replace(classifier, temperature=2.5).predict_proba(digits[0][:20])
    expected = np.exp(logits / 2.5) / np.exp(logits / 2.5).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(cooled, expected, rtol=1e-12)


logits_of = arrays.arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(2, 5)), elements=st.floats(-1e4, 1e4, width=32))


@given(logits_of, st.sampled_from(sorted(LINKS)), st.floats(0.1, 10))
def test_every_link_gives_rows_of_probabilities(z, link, temperature):
    p = probabilities(z[:, :1] if link == "sigmoid" else z, link, temperature)
    assert p.dtype == np.float64 and p.shape == (len(z), 2 if link == "sigmoid" else z.shape[1])
    assert np.all((p >= 0) & (p <= 1))
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-12)
    if link != "sigmoid":
        np.testing.assert_array_equal(p[np.arange(len(z)), z.argmax(axis=1)], p.max(axis=1))


def test_links_by_hand():
    np.testing.assert_allclose(probabilities(np.zeros((1, 4)), "softmax"), [[0.25] * 4])
    np.testing.assert_allclose(probabilities(np.log([[3.0]]), "sigmoid"), [[0.25, 0.75]])
    np.testing.assert_allclose(probabilities(np.array([[1e4], [-1e4]]), "sigmoid"), [[0, 1], [1, 0]])
    np.testing.assert_allclose(probabilities(np.array([[40.0]]), "sigmoid")[0, 0], np.exp(-40.0), rtol=1e-12)
    clipped = probabilities(np.array([[0.6, 0.2, -3.0], [-1.0, -2.0, 0.0]]), "none")
    np.testing.assert_allclose(clipped, [[0.75, 0.25, 0], [1 / 3] * 3])


def test_one_output_answers_between_two_classes():
    binary = small(1, "sigmoid", ("cat", "dog"))
    p, logits = binary.predict_proba(PICTURES), binary.logits(PICTURES)
    assert logits.shape == (7, 1)
    assert binary.predict(PICTURES).tolist() == ["dog" if z > 0 else "cat" for z in logits[:, 0]]
    np.testing.assert_allclose(p[:, 1], 1 / (1 + np.exp(-logits[:, 0].astype(float))), rtol=1e-12)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 100, 256, 300])
def test_batches_change_nothing_but_last_bits(classifier, digits, batch_size):
    x = digits[0][:300]
    reference = classifier.logits(x)
    np.testing.assert_allclose(classifier.logits(x, batch_size=batch_size), reference, atol=2e-6 * np.abs(reference).max())


def test_the_same_pictures_give_the_same_bits(classifier, digits):
    np.testing.assert_array_equal(classifier.logits(digits[0]), classifier.logits(digits[0]))


def test_files_are_read_batch_by_batch(tmp_path, monkeypatch):
    paths = []
    for number, picture in enumerate(PICTURES):
        paths.append(tmp_path / f"{number}.png")
        Image.fromarray(picture[..., 0]).save(paths[-1])
    untrained, sizes, values_of = small(), [], InputSpec.values
    monkeypatch.setattr(InputSpec, "values", lambda spec, x: (sizes.append(len(x)), values_of(spec, x))[1])
    by_file = untrained.logits(paths, batch_size=3)
    assert sizes == [3, 3, 1]
    np.testing.assert_array_equal(by_file, untrained.logits(PICTURES, batch_size=3))
    np.testing.assert_array_equal(untrained.logits(np.array(list(map(str, paths))), batch_size=3), by_file)


def test_float64_and_float32_agree(classifier, digits):
    network = classifier.network
    wide = Network.from_specification(network.specification(), network.in_shape, dtype=np.float64)
    wide.theta[...] = network.theta
    exact = replace(classifier, network=wide)
    p = exact.predict_proba(digits[0])
    assert exact.logits(digits[0][:2]).dtype == np.float64
    np.testing.assert_allclose(classifier.predict_proba(digits[0]), p, atol=1e-5)


@pytest.mark.parametrize(
    ("x", "match"),
    [
        (np.zeros((9, 9)), r"\(9, 9\).*\(8, 8, 1\)"),
        (np.zeros((2, 8, 8, 3)), r"\(2, 8, 8, 3\).*\(8, 8, 1\)"),
        (np.full((8, 8), 255, np.uint8), "255.*16"),
        (np.full((8, 8), -1.0), "-1.*0 to 16"),
        (np.full((8, 8), np.nan), "NaN"),
        (np.array([["a", "b"]]), "a"),
        ("no such file.png", "no such file"),
    ],
)
def test_pictures_that_do_not_fit_are_named(classifier, x, match):
    with pytest.raises(DataError, match=match):
        classifier.predict(x)


def test_eight_threads_give_the_serial_answers_and_leave_blas_as_it_was(classifier, digits):
    threadpoolctl = pytest.importorskip("threadpoolctl")
    parts = np.array_split(digits[0], 40)
    before = [(pool["filepath"], pool["num_threads"]) for pool in threadpoolctl.threadpool_info()]
    serial = [classifier.logits(part) for part in parts]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            for expected, found in zip(serial, pool.map(classifier.logits, parts), strict=True):
                np.testing.assert_array_equal(found, expected)
    assert [(pool["filepath"], pool["num_threads"]) for pool in threadpoolctl.threadpool_info()] == before


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="processes are not forked here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # newer Pythons warn of any fork beside threads
def test_a_forked_child_predicts_the_same(classifier, digits):
    expected = classifier.predict_proba(digits[0][:50])
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for found in pool.map(classifier.predict_proba, [digits[0][:50]] * 4):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_copies_answer_the_same(classifier, digits, twin_of):
    twin = twin_of(classifier)
    assert twin.classes == classifier.classes and twin.scores == classifier.scores
    np.testing.assert_array_equal(twin.logits(digits[0][:50]), classifier.logits(digits[0][:50]))


def test_later_training_is_seen(digits):
    untrained = small()
    before = untrained.logits(PICTURES)
    untrained.network.theta *= 2
    assert not np.array_equal(untrained.logits(PICTURES), before)


def test_save_and_load_keep_everything(classifier, digits, model):
    loaded = load(model)
    for name in ("classes", "link", "temperature", "threshold", "novelty", "provenance", "scores"):
        assert getattr(loaded, name) == getattr(classifier, name)
    np.testing.assert_array_equal(loaded.network.theta, classifier.network.theta)
    np.testing.assert_array_equal(loaded.predict_proba(digits[0]), classifier.predict_proba(digits[0]))
    loaded.save(model.with_name("again.safetensors"))
    assert model.with_name("again.safetensors").read_bytes() == model.read_bytes()


hostile = st.lists(st.text(max_size=12) | st.sampled_from(["../../etc", "CON", "", "x" * 300]), min_size=3, max_size=3, unique=True)


@given(hostile, st.floats(0.01, 100), st.none() | st.floats(0, 1))
def test_any_names_and_settings_survive_the_file(tmp_path_factory, names, temperature, threshold):
    path = tmp_path_factory.getbasetemp() / "hostile.safetensors"
    saved = small(classes=tuple(names), temperature=temperature, threshold=threshold)
    saved.save(path)
    loaded = Classifier.load(path)
    assert (loaded.classes, loaded.temperature, loaded.threshold) == (tuple(names), temperature, threshold)
    assert loaded.predict(PICTURES).tolist() == saved.predict(PICTURES).tolist()


@pytest.mark.parametrize(
    "fields",
    [
        {"classes": ("a", "b")},
        {"classes": ("a", "b", "b")},
        {"classes": ("a", "b", 3)},
        {"link": "sigmoid"},
        {"link": "argmax"},
        {"temperature": 0.0},
        {"temperature": float("nan")},
        {"threshold": 1.5},
        {"input": InputSpec((3, 3, 1))},
        {"scores": "good"},
    ],
    ids=str,
)
def test_parts_that_do_not_fit_are_refused(fields):
    with pytest.raises(ModelFileError, match="do not fit"):
        replace(small(), **fields)


def without_classes(tensors, header):
    del header["classes"]


def with_too_few_classes(tensors, header):
    header["classes"] = ["0", "1"]


def with_text_for_the_network(tensors, header):
    header["network"] = "Dense"


def without_layers(tensors, header):
    header["network"]["layers"] = []


def with_an_unknown_layer(tensors, header):
    header["network"]["layers"][0]["type"] = "os.system"


def with_an_unknown_argument(tensors, header):
    header["network"]["layers"][1]["command"] = "rm"


def with_more_units(tensors, header):
    header["network"]["layers"][1]["units"] = 33


def with_another_input(tensors, header):
    header["network"]["in_shape"] = [9, 9, 1]


def with_an_impossible_input(tensors, header):
    header["network"]["in_shape"] = [-1, {}]


def with_an_unknown_type(tensors, header):
    header["network"]["dtype"] = "object"


def without_a_tensor(tensors, header):
    tensors.pop("1.W")


def with_a_tensor_more(tensors, header):
    tensors["9.W"] = np.zeros(3, np.float32)


def with_a_tensor_turned(tensors, header):
    tensors["1.W"] = tensors["1.W"].T


def with_a_tensor_of_another_type(tensors, header):
    tensors["1.W"] = tensors["1.W"].astype(np.float64)


def without_the_mean(tensors, header):
    del tensors["input.mean"]


def with_another_mean(tensors, header):
    tensors["input.mean"] = np.zeros((5, 5, 1), np.float32)


def with_an_unknown_fit(tensors, header):
    header["input"]["fit"] = "squash"


def with_an_unknown_link(tensors, header):
    header["link"] = ["softmax"]


def with_text_for_the_temperature(tensors, header):
    header["temperature"] = "hot"


FORGERIES = [
    without_classes, with_too_few_classes, with_text_for_the_network, without_layers, with_an_unknown_layer,
    with_an_unknown_argument, with_more_units, with_another_input, with_an_impossible_input, with_an_unknown_type,
    without_a_tensor, with_a_tensor_more, with_a_tensor_turned, with_a_tensor_of_another_type, without_the_mean,
    with_another_mean, with_an_unknown_fit, with_an_unknown_link, with_text_for_the_temperature,
]  # fmt: skip


@pytest.mark.parametrize("change", FORGERIES, ids=lambda change: change.__name__)
def test_a_sealed_file_that_describes_no_model_is_one_clear_error(model, change):
    tensors, header = container.read(model, "model")
    change(tensors, header)
    container.write(model, "model", tensors, header)
    with pytest.raises(ModelFileError, match="does not describe a model") as caught:
        load(model)
    assert "\n" not in str(caught.value) and str(model) in str(caught.value)


class Double(Layer):
    """y = 2 x"""

    def build(self, in_shape):
        return in_shape, {}

    def forward(self, x, train, keep):
        return np.multiply(x, 2, out=self.buffer("y", *x.shape))

    def equation(self):
        return "y = 2 x"


def test_users_own_layers_come_in_custom(tmp_path):
    network = Network([Double(), *presets.mlp([4], 3)], (2, 2, 1))
    mine = Classifier(network, InputSpec((2, 2, 1)), ("a", "b", "c"))
    mine.save(tmp_path / "mine.safetensors")
    with pytest.raises(ModelFileError, match="Double"):
        load(tmp_path / "mine.safetensors")
    loaded = load(tmp_path / "mine.safetensors", custom={"Double": Double})
    np.testing.assert_array_equal(loaded.logits(PICTURES), mine.logits(PICTURES))


def test_saving_to_a_missing_folder_is_an_output_error(classifier, tmp_path):
    with pytest.raises(OutputError):
        classifier.save(tmp_path / "none" / "model.safetensors")


def test_repr_tells_what_it_is(classifier):
    expected = "<Classifier of 10 classes (0, 1, 2, ...), input 8 x 8 x 1, 2,410 parameters, test accuracy 91.3 %>"
    assert repr(classifier) == expected
    assert "accuracy" not in repr(small())


ONLY_THE_CORE = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {"numpy", "PIL", "safetensors", "pellucid"} and top not in sys.stdlib_module_names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
import numpy as np
import pellucid
model = pellucid.load(sys.argv[1])
print(*model.predict([sys.argv[2]]), *model.predict(np.load(sys.argv[3])))
"""


def test_loading_and_predicting_need_only_numpy_pillow_and_safetensors(classifier, model, digits, tmp_path):
    counts = digits[0][1400:1404]
    np.save(tmp_path / "counts.npy", counts)
    Image.fromarray(np.rint(counts[0, :, :, 0] * 255 / 16).astype(np.uint8)).save(tmp_path / "digit.png")
    command = [sys.executable, "-c", ONLY_THE_CORE, model, tmp_path / "digit.png", tmp_path / "counts.npy"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.stderr == ""
    expected = classifier.predict(counts).tolist()
    assert run.stdout.split() == [expected[0], *expected]


def test_a_large_request_to_a_loaded_model_runs_on_the_compiled_kernels(tmp_path, monkeypatch):
    network = Network([Flatten(), Dense(50, "relu"), Dense(2)], (8, 8, 1))
    Classifier(network, InputSpec((8, 8, 1)), ("a", "b")).save(tmp_path / "m.safetensors")
    loaded = Classifier.load(tmp_path / "m.safetensors")
    pictures = np.random.default_rng(0).integers(0, 256, (20, 8, 8), dtype=np.uint8)
    small = loaded.logits(pictures)
    assert [*loaded._idle] == [kernels.reference]
    monkeypatch.setattr(kernels, "LEAST_WORK", 20 * 3300)
    np.testing.assert_allclose(loaded.logits(pictures), small, rtol=1e-5, atol=1e-6)
    assert [*loaded._idle] == [kernels.reference, network.kernels] and network.kernels is not kernels.reference


OLD = Path(__file__).parent / "files" / "model-version-1.safetensors"  # written before models had views


def test_a_model_file_of_version_1_answers_as_it_did():
    loaded = load(OLD)
    assert loaded.views == "none" and loaded.threshold == 0.4
    then = [[0.5417633, 0.1811122, 0.2771245], [0.3391534, 0.2357886, 0.4250580]]
    np.testing.assert_allclose(loaded.predict_proba(PICTURES)[:2], then, atol=1e-6)


VERSION_2 = OLD.with_name("model-version-2.safetensors")  # written before models knew strange pictures


def test_a_model_file_of_version_2_answers_as_it_did():
    loaded = load(VERSION_2)
    assert (loaded.views, loaded.threshold, loaded.temperature, loaded.novelty) == ("flip", 0.4, 1.5, None)
    then = [[0.4775275, 0.2442208, 0.2782518], [0.4004933, 0.2669109, 0.3325959]]
    np.testing.assert_allclose(loaded.predict_proba(PICTURES)[:2], then, atol=1e-6)


VERSION_3 = OLD.with_name("model-version-3.safetensors")  # written when the last layer alone told what is strange


def test_a_model_file_of_version_3_answers_as_it_did(tmp_path):
    loaded = load(VERSION_3)
    assert loaded.novelty.widths == (6,) and loaded.novelty.limit == 0.2
    found = loaded.decide(PICTURES)
    np.testing.assert_allclose(
        found.probabilities[:2], [[0.4518764, 0.2678470, 0.2802767], [0.3913411, 0.3166797, 0.2919792]], atol=1e-6
    )
    assert found.strange.tolist() == [True, False, True, True, True, False, True]
    loaded.save(tmp_path / "again.safetensors")
    assert load(tmp_path / "again.safetensors").decide(PICTURES).strange.tolist() == found.strange.tolist()


def described(model, x, layers=None):
    """What layers of the model see of each picture, without views."""
    layers = described_layers(model.network) if layers is None else layers
    found = parts_and_outputs(model.network.replica(), model.input.prepare(x), layers)
    return found[:, : sum(part_widths(model.network, layers))]


def novelty_of(model, x):
    layers = described_layers(model.network)
    return Novelty.of(described(model, x), layers, part_widths(model.network, layers))


@pytest.fixture(scope="session")
def wary(classifier, digits):
    """The classifier of digits, which refuses what lies further from 500 of them than 99 % of 400 others do."""
    known = novelty_of(classifier, digits[0][:500])
    limit = ordinary_limit(known.distances(described(classifier, digits[0][500:900])))
    return replace(classifier, novelty=replace(known, limit=limit), threshold=0.6)


def test_strange_pictures_get_no_answer_and_ordinary_ones_the_old_one(wary, classifier, digits):
    found = wary.decide(digits[0][900:])
    assert found.strange.mean() < 0.03
    answered = found.refused == ""
    np.testing.assert_array_equal(found.labels[answered], classifier.predict(digits[0][900:])[answered])
    assert set(found.labels[~answered]) == {None} and set(found.refused[~answered]) == {"not sure", "none of these"}
    np.testing.assert_array_equal(found.unsure, found.probabilities.max(axis=1) < 0.6)
    checkered = np.indices((8, 8)).sum(axis=0) % 2 * 16.0
    assert wary.decide(checkered).refused.tolist() == ["none of these"] and wary.predict(checkered).tolist() == [None]


def test_refusing_moves_no_output(wary, classifier, digits):
    x = digits[0][:300]
    found = wary.decide(x)
    np.testing.assert_array_equal(found.outputs, classifier.logits(x))
    np.testing.assert_array_equal(found.probabilities, classifier.predict_proba(x))
    np.testing.assert_array_equal(found.probabilities, wary.predict_proba(x))
    alone = [wary.decide(picture).refused[0] for picture in x[:50]]
    assert alone == found.refused[:50].tolist()


def test_the_file_knows_what_is_strange(wary, digits, tmp_path):
    wary.save(tmp_path / "model.safetensors")
    loaded = load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(loaded.novelty.features, wary.novelty.features)
    assert loaded.novelty.limit == wary.novelty.limit
    assert loaded.predict(digits[0]).tolist() == wary.predict(digits[0]).tolist()
    assert pickle.loads(pickle.dumps(loaded)).predict(digits[0]).tolist() == wary.predict(digits[0]).tolist()


def test_strange_pictures_are_told_by_the_mean_of_their_views(digits):
    network = Network(presets.mlp([16], 10), (8, 8, 1))
    several = Classifier(network, InputSpec((8, 8, 1), value_range=(0, 16)), DIGITS, views="flip")
    known = novelty_of(several, digits[0][:100])
    limit = float(np.median(known.distances(described(several, digits[0][100:200]))))
    several = replace(several, novelty=replace(known, limit=limit))
    found = several.decide(digits[0][200:400]).strange
    assert 0 < found.mean() < 1
    np.testing.assert_array_equal(several.decide(digits[0][200:400, :, ::-1]).strange, found)  # a mirror image gets the same answer


def test_features_of_another_network_are_refused(wary):
    known = wary.novelty
    for wrong, words in (
        (Novelty.of(np.ones((9, 35)), known.layers, (4, 31), 0.5), r"need \[4, 32\] features of a picture, got \[4, 31\]"),
        (replace(known, layers=(2, 0)), "some of the 3 layers, in order"),
        (replace(known, layers=(0, 9)), "some of the 3 layers, in order"),
        (replace(known, features=known.features[:4]), "at least 5 rows of 36 features"),
        (replace(known, radii=(1.0, 0.0)), "radii are above 0"),
        (replace(known, radii=(1.0,)), "need"),
    ):
        with pytest.raises(ModelFileError, match=words):
            replace(wary, novelty=wrong)


@pytest.mark.parametrize("views", ["shift", "flip", "flip+shift"])
def test_answers_are_averaged_over_views_and_the_file_says_so(views, tmp_path):
    plain, several = small(), small(views=views)
    mirrored = plain.logits(PICTURES[:, :, ::-1])
    z = several.logits(PICTURES)
    if "flip" in views:  # a mirror image gets the same answer
        np.testing.assert_allclose(several.logits(PICTURES[:, :, ::-1]), z, atol=1e-6)
    if views == "flip":
        np.testing.assert_allclose(z, (plain.logits(PICTURES) + mirrored) / 2, atol=1e-6)
    several.save(tmp_path / "model.safetensors")
    loaded = load(tmp_path / "model.safetensors")
    assert loaded.views == views
    np.testing.assert_array_equal(loaded.predict_proba(PICTURES), several.predict_proba(PICTURES))


def test_views_that_cannot_be_are_refused():
    with pytest.raises(ModelFileError, match="expected one of none, shift"):
        small(views="mirror")
    with pytest.raises(ModelFileError, match="only one"):
        Classifier(Network(presets.mlp([4], 3), (5,)), InputSpec((5,)), ("a", "b", "c"), views="flip")
