"""The line of code that is named is the one that stands there."""

from pathlib import Path

import pellucid
from pellucid.explanation import code_of
from pellucid.kernels import reference


def test_every_kernel_is_found_where_it_is_said_to_be():
    root = Path(pellucid.__file__).parent.parent
    for name in reference.__all__:
        code = code_of(getattr(reference, name))
        lines = (root / code.file).read_text(encoding="utf-8").splitlines()[code.first - 1 : code.last]
        assert lines[0].startswith(f"def {name}(")
        assert code.text.splitlines() == [line.rstrip() for line in lines]
        assert code.place == f"{code.file}:{code.first}–{code.last}"


def test_what_has_no_source_has_no_code():
    assert code_of(len) is None
    space = {}
    exec("def f(): pass", space)
    assert code_of(space["f"]) is None
