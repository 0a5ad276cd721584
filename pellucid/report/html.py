"""The report as one HTML page: no script, nothing loaded from anywhere."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pellucid.nn.activations import ACTIVATIONS
from pellucid.report import facts, pictures, sentences, words
from pellucid.report.data import PART_WORDS, ReportData
from pellucid.report.drawings import curves_svg
from pellucid.report.equations import called, typeset

_FOLDER = Path(__file__).parent
_LONG_LIST = 20  # classes from which a table is folded away
_CELLS = 30  # classes up to which the confusion matrix is a table of numbers


def render(data: ReportData) -> str:
    """The page, complete: styles, drawings and pictures are inside it.

    Every name and text is escaped where it is put in; besides, a content security policy forbids scripts and network.
    """
    class_counts = facts.class_counts(data.data)
    return environment().get_template("page.html").render(
        data=data,
        scores=data.headline,
        question=sentences.question(data.data.classes, data.noun),
        findings=sentences.findings(data),
        data_facts=facts.data_facts(data.data, data.noun) + facts.input_facts(data.input, data.data.sizes),
        class_counts=class_counts,
        class_totals=[sum(column) for column in zip(*(counts for _, counts in class_counts))],
        run_facts=facts.run_facts(data),
        curves=curves_svg(data),
        activations=_activations(data.layers),
        strength=pictures.confusion_strength(data.headline.confusion),
        confused=sentences.most_confused(data.headline, 8),
        weights=() if data.first_layer is None else pictures.weight_pictures(data.first_layer),
        long_list=len(data.data.classes) > _LONG_LIST,
        as_picture=len(data.data.classes) > _CELLS,
    )  # fmt: skip


def environment():
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for function in _FILTERS:
        environment.filters[function.__name__.removeprefix("_")] = function
    environment.globals |= {
        "stylesheet": (_FOLDER / "page.css").read_text(encoding="utf-8"),
        "confusion_pixels": pictures.confusion_pixels,
        "part_name": lambda part: PART_WORDS.get(part, part).capitalize(),
    }
    return environment


def _name(text: str):
    """A class or file name: escaped, on one line, its writing direction kept to itself."""
    from markupsafe import Markup

    return Markup("<bdi>%s</bdi>") % words.printable(text)


def _filename(path: str) -> str:
    """The last part of a path, short enough to stand under a small picture with its beginning and its end."""
    return words.shorten(path.rpartition("/")[2], 17)


def _sentence(text: str):
    """A sentence: the names in its quotation marks kept apart, flags like `--folds 5` set as code."""
    from markupsafe import Markup, escape

    safe = str(escape(words.printable(text)))
    safe = re.sub("“(.*?)”", r"“<bdi>\1</bdi>”", safe)
    return Markup(re.sub(r"(?<!\S)--[a-z-]+ (?:[\w.]+=\w+|[\d.]*\d)", r"<code>\g<0></code>", safe))


def _activations(layers: Sequence[Mapping]) -> list[tuple[str, str]]:
    """(name, equation) of the activation functions that the layers' equations call by name."""
    names = re.findall(r"(\w+)\(", " ".join(layer["equation"] for layer in layers))
    return [(name, ACTIVATIONS[name].equation) for name in dict.fromkeys(names) if name in ACTIVATIONS]


_FILTERS = (
    called,
    pictures.data_uri,
    pictures.png_uri,
    typeset,
    words.count,
    words.duration,
    words.grouped,
    words.memory,
    words.number,
    words.percent,
    words.printable,
    words.shorten,
    _filename,
    _name,
    _sentence,
)
