r"""How the class of a picture follows from its path: by its folder, by the prefix of its name, or by a given pattern.

A rule is written "folder", "prefix", or as a regular expression with one group, such as r"^(\w+)-\d+".
"""

import re
from collections import Counter
from collections.abc import Sequence

from pellucid.errors import DataError, RecipeError
from pellucid.images.labels import in_words, quoted

# Names that cameras, phones and programs give to any picture: no class follows from them.
_CAMERA_PREFIXES = {
    "dcim", "download", "dsc", "dscf", "dscn", "file", "frame", "image", "images", "img", "imgp", "mvimg", "photo",
    "pic", "picture", "pxl", "scan", "screenshot", "untitled", "vid", "whatsapp image",
}  # fmt: skip
_ADVICE = "put the pictures into one folder per class, or give a rule, as --label-rule 'REGULAR EXPRESSION'"


def label_paths(paths: Sequence[str], inner: Sequence[str], rule: str | None) -> tuple[list[str | None], str]:
    """The class name of each path, and the rule in words; None for a picture that lies in no class folder.

    `inner` are the paths without a leading train/, validation or test folder. Without a rule it is "folder" where
    pictures lie in folders, else "prefix". Raises DataError where the rule gives no sensible classes.
    """
    if rule is None:
        rule = "folder" if any("/" in path for path in inner) else "prefix"
        if rule == "prefix":
            return _sensible([_prefix(path) for path in inner]), "prefix of the file name"
    if rule == "folder":
        return [folder_label(path) for path in inner], "one folder per class"
    if rule == "prefix":
        return [_prefix(path) for path in inner], "prefix of the file name"
    return match_paths(paths, rule, "label_rule"), f"what {quoted(rule)} finds in the path"


def folder_label(path: str) -> str | None:
    """The first folder of a path: "cat" of "cat/indoors/1.png"; None for a picture in no folder."""
    folder, slash, _ = path.partition("/")
    return folder if slash else None


def prefix_label(path: str) -> str | None:
    """The file name up to its first digit, or without digits up to its first separator; None where nothing is left.

    "cat12.png", "cat.12.png", "cat (12).png" and "cat-front.png" give "cat", "noncat3.jpg" gives "noncat", and
    "red_panda_7.jpg" gives "red_panda".
    """
    stem = path.rpartition("/")[2].rpartition(".")[0]
    before_digit = re.match(r"(.*?)[\W_]*\d", stem, re.DOTALL)
    return (before_digit[1] if before_digit else re.match(r"[^\W_]*", stem)[0]) or None


def match_paths(paths: Sequence[str], pattern: str, setting: str) -> list[str]:
    """The text that the one group of the regular expression `pattern` finds in each path.

    Raises RecipeError for a pattern without exactly one group, DataError for paths in which it finds nothing.
    """
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise RecipeError(f"{setting} {quoted(pattern)} is not a regular expression: {error}") from error
    if expression.groups != 1:
        raise RecipeError(
            f"{setting} {quoted(pattern)} has {expression.groups} groups: put exactly one pair of round brackets "
            "around what names the class or group, as in '(cat|dog)'"
        )
    found = [(match := expression.search(path)) and match[1] for path in paths]
    missed = [path for path, text in zip(paths, found) if not text]
    if missed:
        raise DataError(
            f"{setting} {quoted(pattern)} finds nothing in {len(missed)} of {len(paths)} paths, "
            f"the first {quoted(missed[0])}: widen it, or move these files away"
        )
    return found


def _prefix(path: str) -> str:
    label = prefix_label(path)
    if label is None:
        raise DataError(f"the file name {quoted(path)} has no prefix that names a class, as cat12.png has: {_ADVICE}")
    return label


def _sensible(labels: list[str]) -> list[str]:
    """The labels, unless the prefixes look like anything but classes: that rule was guessed, not given."""
    counts = Counter(labels)
    single = sum(count == 1 for count in counts.values())
    if all(label.casefold() in _CAMERA_PREFIXES for label in counts):
        problem = "are names that cameras and programs give"
    elif len(counts) == 1:
        problem = "are all the same"
    elif 2 * single > len(counts):
        problem = "differ from file to file"
    else:
        return labels
    raise DataError(f"the prefixes of the file names, {in_words(counts)}, {problem}, not classes: {_ADVICE}")
