import threading

import pytest

from pellucid import parallel
from pellucid.parallel import on_all_cores


@pytest.fixture(params=[1, 3])
def threads(request, monkeypatch):
    monkeypatch.setattr(parallel, "cores", lambda: request.param)
    return request.param


@pytest.mark.parametrize("count", [0, 1, 100])
def test_results_come_in_the_order_of_the_items(threads, count):
    assert list(on_all_cores(lambda item: item * item, iter(range(count)))) == [item * item for item in range(count)]


def test_as_many_work_at_once_as_there_are_cores(threads):
    meeting = threading.Barrier(threads, timeout=60)
    names = set(on_all_cores(lambda item: (meeting.wait(), threading.current_thread().name)[1], range(3 * threads)))
    assert len(names) == threads


@pytest.mark.parametrize("ahead", [1, 5, None])
def test_few_are_begun_before_their_turn(threads, ahead):
    taken = []
    most = ahead or 4 * threads
    for turn, _ in enumerate(on_all_cores(lambda item: item, (taken.append(item) or item for item in range(50)), ahead)):
        assert len(taken) <= turn + most
    assert len(taken) == 50


def test_nothing_begins_before_it_is_asked_for(threads):
    results = on_all_cores(pytest.fail, ["begun"])
    results.close()


def test_whoever_stops_early_leaves_the_rest_alone(threads):
    before, begun = threading.active_count(), []
    results = on_all_cores(begun.append, range(10_000))
    next(results)
    results.close()
    assert len(begun) <= 4 * threads + 1
    assert threading.active_count() == before


def test_an_error_comes_out_at_its_turn_and_ends_the_work(threads):
    before, begun = threading.active_count(), []

    def work(item):
        begun.append(item)
        return 1 / (3 - item)

    results = on_all_cores(work, range(10_000))
    assert [next(results) for _ in range(3)] == [1 / 3, 1 / 2, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert len(begun) <= 4 * threads + 4
    assert threading.active_count() == before
