"""Where a formula stands in the code: file, lines and text, as they are at this moment."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

_PACKAGE = Path(__file__).parent.parent


class Code(NamedTuple):
    """A function's source."""

    name: str
    file: str  # "pellucid/kernels/reference/dense.py", or the whole path of a user's own file
    first: int  # lines, counted from 1
    last: int
    text: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.first}–{self.last}"


def code_of(function: Callable) -> Code | None:
    """The source of a function or method; None where Python has none (typed into a console, compiled)."""
    function = inspect.unwrap(function)
    try:
        lines, first = inspect.getsourcelines(function)
        path = Path(inspect.getsourcefile(function)).resolve()
    except (OSError, TypeError):
        return None
    inside = path.is_relative_to(_PACKAGE)
    file = f"pellucid/{path.relative_to(_PACKAGE).as_posix()}" if inside else str(path)
    return Code(function.__name__, file, first, first + len(lines) - 1, inspect.cleandoc("\n" + "".join(lines)))
