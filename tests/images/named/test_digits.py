import numpy as np

from pellucid.images.named import digits
from pellucid.images.source_opening import open_source


def test_digits():
    source = open_source("digits")
    assert source.images.shape == (1797, 8, 8, 1)
    assert source.images.dtype == np.uint8 and source.images.min() == 0 and source.images.max() == 16
    assert source.value_range == (0, 16)
    assert source.classes == tuple("0123456789")
    assert source.paths[17] == "digits[17]"
    assert source.split is None and source.root is None
    assert source.name == source.location == "digits"
    assert source.label_rule.endswith('"8" (174), "9" (180)')


def test_the_file_and_scikit_learn_agree():
    images, labels = digits._read_csv()
    oracle_images, oracle_labels = digits._read_with_sklearn()
    np.testing.assert_array_equal(images, oracle_images)
    np.testing.assert_array_equal(labels, oracle_labels)
    assert (images.dtype, labels.dtype) == (oracle_images.dtype, oracle_labels.dtype)


def test_without_the_file_scikit_learn_is_asked(monkeypatch):
    monkeypatch.setattr(digits, "_read_csv", lambda: None)
    assert digits.open_digits().images.sum() == open_source("digits").images.sum()


def test_some_classes_in_a_given_order():
    source = open_source("digits", classes=["8", "3"])
    assert source.classes == ("8", "3")
    assert len(source.images) == len(source.labels) == len(source.paths) == 174 + 183
    assert 'left out: "0" (178)' in source.label_rule
    whole = open_source("digits")
    first = int(source.paths[0].removeprefix("digits[").removesuffix("]"))
    np.testing.assert_array_equal(source.images[0], whole.images[first])
    assert source.classes[source.labels[0]] == whole.classes[whole.labels[first]]
