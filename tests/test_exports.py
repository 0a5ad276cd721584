"""What a package offers stands in its `__all__`: sorted, complete, importable. `import pellucid` stays light."""

import importlib
import pkgutil
import subprocess
import sys
import types

import pytest

import pellucid

HEAVY = ("scipy", "sklearn", "matplotlib", "pydantic", "jinja2", "rich", "typer", "numba", "pooch", "pillow_heif")
LIGHT = ("pellucid.classifier", "pellucid.model_file", "pellucid.nn", "pellucid.kernels", "pellucid.images.input_spec")

PACKAGES = ["pellucid", *(found.name for found in pkgutil.walk_packages(pellucid.__path__, "pellucid.") if found.ispkg)]


@pytest.mark.parametrize("name", PACKAGES)
def test_all_is_sorted_and_importable(name):
    if name == "pellucid.pytorch":
        pytest.importorskip("torch")
    package = importlib.import_module(name)
    assert list(package.__all__) == sorted(set(package.__all__), key=place)
    for public in package.__all__:
        assert getattr(package, public) is not None


@pytest.mark.parametrize("name", PACKAGES)
def test_all_is_complete(name):
    package = importlib.import_module(name)
    named = {key for key, value in vars(package).items() if belongs(key, value)}
    assert named <= set(package.__all__)


def place(name: str) -> tuple[int, str]:
    """CONSTANTS first, then Classes, then functions, as ruff sorts them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def belongs(key: str, value: object) -> bool:
    """A public class or function of pellucid that the package's own namespace holds."""
    if key.startswith("_") or isinstance(value, types.ModuleType):
        return False
    return getattr(value, "__module__", "").partition(".")[0] == "pellucid"


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {line.partition(".")[0] for line in done.stdout.splitlines()}


@pytest.mark.parametrize("name", ["pellucid", *LIGHT])
def test_import_pulls_in_nothing_heavy(name):
    assert not modules_after(f"import {name}") & set(HEAVY)
