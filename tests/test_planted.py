"""Every planted fault is named, no healthy run is alarmed, and docs/honesty.md lists them all."""

import pytest

from benchmarks import honesty
from benchmarks.planted import FAULTS, HEALTHY
from pellucid.runs.assemble import assemble, call_doctor
from pellucid.runs.prepare import prepare
from pellucid.runs.progress import Silent

pytestmark = pytest.mark.usefixtures("no_figures", "reference_kernels")  # nothing here is about speed


def rows(table):
    return [pytest.param(each, marks=pytest.mark.slow if each.slow else (), id=each.name) for each in table]


@pytest.mark.parametrize("planted", rows(FAULTS))
def test_a_planted_fault_is_named(planted, tmp_path):
    assert planted.named(tmp_path)


@pytest.mark.parametrize("healthy", rows(HEALTHY))
def test_a_healthy_run_is_not_alarmed(healthy, tmp_path):
    assert list(healthy.run(tmp_path)) == []


def test_there_are_enough_of_both():
    assert len(FAULTS) >= 25 and len(HEALTHY) >= 10
    assert len({planted.name for planted in FAULTS}) == len(FAULTS)


def test_the_page_names_them_all():
    page = honesty.PAGE.read_text(encoding="utf-8")
    for name in (*(planted.name for planted in FAULTS), *(healthy.name for healthy in HEALTHY)):
        assert f"| {name} |" in page, "run python -m benchmarks.honesty"
    assert f"{len(FAULTS)} of {len(FAULTS)} planted faults are named" in page


def test_a_missed_fault_shows():
    page = honesty.page([None] * len(FAULTS), [["alarm"]] * len(HEALTHY))
    assert f"0 of {len(FAULTS)} planted" in page and "**missed**" in page and f"0 of {len(HEALTHY)} healthy" in page


def alarms_at_the_start(source):
    """Of the default recipe, before its first step, from three random starts."""
    ready = [prepare(str(source), None, {"seed": seed}, Silent()) for seed in range(3)]
    return [str(finding) for each in ready for finding in call_doctor(each, assemble(each)).before]


def test_the_recipe_of_the_digits_starts_without_an_alarm():
    assert alarms_at_the_start("digits") == []


@pytest.mark.slow
def test_recipes_of_real_pictures_start_without_an_alarm(real_data):
    assert [alarms_at_the_start(source) for source in ("mnist", "cifar-10", real_data / "rabbits-cats")] == [[], [], []]
