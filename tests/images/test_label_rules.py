import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pellucid.errors import DataError, RecipeError
from pellucid.images.label_rules import folder_label, label_paths, match_paths, prefix_label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("cat12.png", "cat"),
        ("noncat3.jpg", "noncat"),
        ("cat.12.jpg", "cat"),
        ("cat_001.png", "cat"),
        ("cat-1-2.png", "cat"),
        ("cat (1).jpg", "cat"),
        ("cat12-small.png", "cat"),
        ("cat.png", "cat"),
        ("cat-front.png", "cat"),
        ("Cat7.PNG", "Cat"),
        ("red_panda_7.jpg", "red_panda"),
        ("red panda 7.jpg", "red panda"),
        ("кошка5.png", "кошка"),
        ("sub/folder9/cat1.png", "cat"),
        ("12.png", None),
        ("(12).png", None),
        ("_12.png", None),
    ],
)
def test_prefix(name, label):
    assert prefix_label(name) == label


def test_folder():
    assert folder_label("cat/indoors/1.png") == "cat"
    assert folder_label("1.png") is None


words = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(words, st.integers(0, 10**6), st.sampled_from(["", "_", "-", ".", " ", " (", "__"]), st.sampled_from(["png", "JPG"]))
def test_the_prefix_is_the_whole_word_before_the_number(word, number, separator, suffix):
    assert prefix_label(f"{word}{separator}{number}.{suffix}") == word


@settings(max_examples=40, deadline=None)
@given(st.lists(words, min_size=2, max_size=4, unique=True), st.integers(2, 5), st.randoms(use_true_random=False))
def test_prefixes_give_back_the_classes_whatever_the_order(classes, count, random):
    generic = {"image", "img", "photo", "pic", "scan", "file", "frame", "dsc", "vid"}
    assume(not all(word.casefold() in generic for word in classes))
    paths = [f"{word}{number}.png" for word in classes for number in range(count)]
    random.shuffle(paths)
    labels, words = label_paths(paths, paths, None)
    assert words == "prefix of the file name"
    assert all(path.startswith(label) and path[len(label)].isdigit() for path, label in zip(paths, labels))
    assert set(labels) == set(classes)


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["IMG_1234.jpg", "IMG_1235.jpg"], '"IMG" (2), are names that cameras'),
        (["IMG_1.jpg", "IMG_2.jpg", "DSC01.jpg", "DSC02.jpg"], "are names that cameras and programs give"),
        (["cat1.png", "cat2.png"], "are all the same"),
        (["anna.png", "bob.png", "carl.png"], "differ from file to file"),
        (["cat1.png", "17.png"], '"17.png" has no prefix'),
    ],
)
def test_senseless_prefixes_are_refused(names, problem):
    with pytest.raises(DataError) as refused:
        label_paths(names, names, None)
    assert problem in str(refused.value)
    assert "--label-rule" in str(refused.value)


def test_a_given_prefix_rule_is_not_second_guessed():
    names = ["photo1.jpg", "photo2.jpg", "scan1.jpg", "scan2.jpg"]
    assert label_paths(names, names, "prefix")[0] == ["photo", "photo", "scan", "scan"]


def test_pattern():
    paths = ["train/a-cat-1.png", "train/b-dog-2.png"]
    labels, words = label_paths(paths, ["a-cat-1.png", "b-dog-2.png"], r"-(cat|dog)-")
    assert labels == ["cat", "dog"]
    assert words == 'what "-(cat|dog)-" finds in the path'


@pytest.mark.parametrize("pattern", ["(cat", "cat", "(c)(at)", "*"])
def test_a_pattern_needs_one_group(pattern):
    with pytest.raises(RecipeError, match="label_rule"):
        match_paths(["cat.png"], pattern, "label_rule")


@pytest.mark.parametrize("pattern", ["(cat)", "(cat)?"])
def test_a_pattern_must_fit_every_path(pattern):
    with pytest.raises(DataError, match=r'2 of 3 paths, the first "dog.png"'):
        match_paths(["cat.png", "dog.png", "cow.png"], pattern, "label_rule")
