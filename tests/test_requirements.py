"""The lists of versions agree with each other and with pyproject.toml."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pins(name: str) -> dict[str, str]:
    """{package: version} of a file of exact versions."""
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line) for line in lines), "only names and versions"
    return {normal(package): version for package, version in (line.split("==") for line in lines)}


def bounds(requirements: list[str]) -> dict[str, str]:
    return {normal(package): version for package, version in (line.split(">=") for line in requirements)}


def normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def test_lowest_constraints_are_the_lower_bounds():
    assert pins("constraints-lowest.txt") == bounds(PROJECT["dependencies"])


def test_every_requirement_is_pinned_within_its_bound():
    tested, extras = pins("constraints.txt"), PROJECT["optional-dependencies"]
    wanted = PROJECT["dependencies"] + [each for name in ("test", "hdf5", "tune", "ray", "notebook") for each in extras[name]]
    for package, lowest in bounds(wanted).items():
        assert number(tested[package]) >= number(lowest)
