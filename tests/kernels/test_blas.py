"""BLAS runs on one thread inside the block, and as the user wished after it."""

import multiprocessing
import os
import subprocess
import sys
import threading

import pytest
import threadpoolctl

from pellucid.kernels.blas import single_threaded_blas


def threads():
    """The setting of every BLAS library that is loaded."""
    return {
        library["filepath"]: library["num_threads"]
        for library in threadpoolctl.threadpool_info()
        if library["user_api"] == "blas"
    }


@pytest.fixture
def two_threads():
    """The setting of a user: two threads for each library. The test is skipped where none can be set."""
    with threadpoolctl.threadpool_limits(2, "blas"):
        before = threads()
        if set(before.values()) != {2}:
            pytest.skip(f"no BLAS here that can be set to two threads: {before}")
        yield before


def test_one_thread_inside_and_the_users_setting_after(two_threads):
    with single_threaded_blas():
        assert set(threads().values()) == {1}
    assert threads() == two_threads


def test_nested_blocks(two_threads):
    with single_threaded_blas():
        with single_threaded_blas():
            pass
        assert set(threads().values()) == {1}
    assert threads() == two_threads


def test_the_setting_returns_after_an_error(two_threads):
    with pytest.raises(ZeroDivisionError), single_threaded_blas():
        raise ZeroDivisionError
    assert threads() == two_threads


def test_a_thread_that_ends_first_leaves_the_limit_to_the_other(two_threads):
    entered, leave = threading.Event(), threading.Event()

    def other():
        with single_threaded_blas():
            entered.set()
            assert leave.wait(10)

    worker = threading.Thread(target=other)
    worker.start()  # first in ...
    assert entered.wait(10)
    with single_threaded_blas():
        leave.set()
        worker.join()  # ... and first out
        assert set(threads().values()) == {1}
    assert threads() == two_threads


def test_a_thread_that_ends_last_gives_the_setting_back(two_threads):
    entered, leave = threading.Event(), threading.Event()

    def other():
        with single_threaded_blas():
            entered.set()
            assert leave.wait(10)

    worker = threading.Thread(target=other)
    with single_threaded_blas():
        worker.start()
        assert entered.wait(10)
    assert set(threads().values()) == {1}
    leave.set()
    worker.join()
    assert threads() == two_threads


def in_a_fork(function):
    """What the function returns in a forked child."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=lambda: sender.send(function()))
    child.start()
    assert receiver.poll(60), "the child hangs"
    result = receiver.recv()
    child.join(60)
    assert child.exitcode == 0
    return result


def inside_and_after():
    with single_threaded_blas():
        inside = threads()
    return set(inside.values()), threads()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_forked_while_another_thread_is_inside_has_the_users_setting(two_threads):
    entered, leave = threading.Event(), threading.Event()

    def other():
        with single_threaded_blas():
            entered.set()
            assert leave.wait(60)

    worker = threading.Thread(target=other)
    worker.start()
    assert entered.wait(10)
    try:
        assert in_a_fork(threads) == two_threads
        assert in_a_fork(inside_and_after) == ({1}, two_threads)
        assert set(threads().values()) == {1}, "the parent's thread is still inside"
        with single_threaded_blas():
            assert set(in_a_fork(threads).values()) == {1}, "the child goes on inside the block of the thread that forked"
            assert in_a_fork(inside_and_after)[0] == {1}
    finally:
        leave.set()
        worker.join()
    assert threads() == two_threads


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_that_leaves_the_block_it_was_forked_in_has_the_users_setting(two_threads):
    def leave():
        block.__exit__(None, None, None)
        return threads()

    block = single_threaded_blas()
    with block:
        assert in_a_fork(leave) == two_threads
    assert threads() == two_threads


def test_scipys_own_library_is_limited_though_it_came_later():
    script = """
from pellucid.kernels.blas import single_threaded_blas
with single_threaded_blas(): pass
import scipy.linalg, threadpoolctl
with single_threaded_blas():
    found = [library["num_threads"] for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"]
assert set(found) <= {1}, found
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_without_threadpoolctl_nothing_is_limited_and_nothing_breaks():
    script = """
import sys
sys.modules["threadpoolctl"] = None
from pellucid.kernels.blas import single_threaded_blas
with single_threaded_blas(): pass
"""
    subprocess.run([sys.executable, "-c", script], check=True)
