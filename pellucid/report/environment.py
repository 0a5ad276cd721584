"""The templates of the pages, with the filters that they use."""

import functools
import re
from collections.abc import Callable
from pathlib import Path

from pellucid import words
from pellucid.evaluation import decimals
from pellucid.report import pictures
from pellucid.report.equations import called, typeset

_TEMPLATES = Path(__file__).parent / "templates"


def template(name: str, **filters: Callable):
    """A page by the name of its file; `filters`: those that it uses besides the common ones, pure functions."""
    environment = _environment()
    environment.filters |= filters
    return environment.get_template(name)


@functools.cache
def _environment():
    """The Jinja environment of all pages: what is put in is escaped, and a name that nobody gave is an error.

    One for all, for it compiles each template once: as long as drawing all curves of a report.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for function in _FILTERS:
        environment.filters[function.__name__.removeprefix("_")] = function
    environment.globals["confusion_pixels"] = pictures.confusion_pixels
    return environment


def _name(text: str):
    """A class or file name: escaped, on one line, its writing direction kept to itself."""
    from markupsafe import Markup

    return Markup("<bdi>%s</bdi>") % words.printable(text)


def _filename(path: str) -> str:
    """The last part of a path, short enough to stand under a small picture with its beginning and its end."""
    return words.shorten(path.rpartition("/")[2], 17)


def _sentence(text: str):
    """A sentence: the names in its quotation marks kept apart, flags like `--folds 5` and what stands in backticks set as code."""
    from markupsafe import Markup, escape

    safe = str(escape(words.printable(text)))
    safe = re.sub("“(.*?)”", r"“<bdi>\1</bdi>”", safe)
    safe = re.sub(r"(?<![^\s(])--[a-z-]+ (?:[\d.]*\d|[a-z_.0-9]+=[\w.-]*\w)", r"<code>\g<0></code>", safe)
    return Markup(re.sub("`([^`]*)`", r"<code>\1</code>", safe))


_FILTERS = (
    called,
    decimals,
    pictures.data_uri,
    pictures.png_uri,
    typeset,
    words.count,
    words.duration,
    words.grouped,
    words.memory,
    words.number,
    words.part_word,
    words.percent,
    words.printable,
    words.shorten,
    words.signed,
    words.span,
    _filename,
    _name,
    _sentence,
)
