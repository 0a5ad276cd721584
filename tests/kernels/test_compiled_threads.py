"""Compiled kernels on several threads, in forked children, in worker processes, and with a cache of their own."""

import concurrent.futures
import itertools
import multiprocessing
import os
import subprocess
import sys
import threading
import time

import joblib
import numba
import numpy as np
import pytest

from pellucid import Classifier
from pellucid.images import InputSpec
from pellucid.kernels import compiled
from pellucid.kernels.blas import single_threaded_blas
from pellucid.kernels.compiled import engine
from pellucid.kernels.compiled.threads import Threads, threads
from pellucid.nn import Dense, Flatten, Network, SoftmaxCrossEntropy
from pellucid.optim import Adam, Update
from pellucid.training import train_step

RNG = np.random.default_rng(0)
X = RNG.standard_normal((96, 600), dtype=np.float32)
T = RNG.integers(0, 5, 96)


def trained(steps=3):
    """The parameters of a network after some steps: its products and Adam are large enough for several threads."""
    network = Network([Dense(333, "relu"), Dense(5)], X.shape[1:])
    update, loss = Update(Adam(network)), SoftmaxCrossEntropy()
    with single_threaded_blas():
        for _ in range(steps):
            train_step(network, loss, update, (X, T, None), 1e-3)
    return network.theta


THREADS = """
import numba
from pellucid.kernels.compiled.threads import threads
from tests.kernels.test_compiled_threads import trained
results = []
for count in (1, 2, 3, 3):
    numba.set_num_threads(count)
    results.append(trained().tobytes())
with threads.lock:  # the helpers are taken: the caller alone
    results.append(trained().tobytes())
assert numba.get_num_threads() == 3
assert len(set(results)) == 1
"""


def test_the_same_bits_on_any_number_of_threads():
    environment = os.environ | {"NUMBA_NUM_THREADS": "3", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    subprocess.run([sys.executable, "-c", THREADS], env=environment, check=True)


def test_the_users_setting_of_threads_is_not_touched():
    before = numba.get_num_threads(), numba.config.THREADING_LAYER
    trained(steps=1)
    assert (numba.get_num_threads(), numba.config.THREADING_LAYER) == before


def in_a_fork(function):
    """What the function returns in a forked child."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=lambda: sender.send_bytes(function().tobytes()))
    child.start()
    assert receiver.poll(60), "the child hangs"
    result = receiver.recv_bytes()
    child.join(60)
    assert child.exitcode == 0
    return result


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_trains_on():
    expected = trained().tobytes()  # the pool runs in the parent
    assert in_a_fork(trained) == expected
    assert trained().tobytes() == expected


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_forked_while_another_thread_holds_the_pool_does_not_wait_for_it():
    expected = trained().tobytes()
    with threads.lock:
        assert in_a_fork(trained) == expected


def test_joblib_workers():
    results = joblib.Parallel(n_jobs=2)(joblib.delayed(trained)() for _ in range(2))
    assert {result.tobytes() for result in results} == {trained().tobytes()}


def test_spawned_processes():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(trained).tobytes() == trained().tobytes()


def test_eight_threads_predicting_at_once():
    network = Network([Flatten(), Dense(333, "relu"), Dense(5)], (20, 30, 1))
    classifier = Classifier(network, InputSpec((20, 30, 1)), tuple("abcde"))
    pictures = RNG.integers(0, 256, (8, 96, 20, 30, 1), dtype=np.uint8)
    expected = [classifier.logits(some) for some in pictures]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            for got, wanted in zip(pool.map(classifier.logits, pictures), expected, strict=True):
                np.testing.assert_array_equal(got, wanted)


def test_a_kernel_does_not_wait_for_one_that_has_the_pool():
    """A prefetching thread computes on, serially, while a training step runs."""
    done = threading.Event()
    with threads.lock:
        threading.Thread(target=lambda: (trained(steps=1), done.set())).start()
        assert done.wait(60)


@pytest.mark.parametrize(("waited", "helped", "after"), [(0.0, 0.4, None), (0.0, 0.1, 3), (1.0, 0.4, 1)])
def test_helpers_that_do_not_help_are_left_alone(monkeypatch, waited, helped, after):
    """A helper that looks for work takes its share of a busy machine's cores from the caller."""
    module = sys.modules[Threads.__module__]
    pool, clock = Threads(), itertools.count(0, 4e-4)  # each job takes 0.4 ms, and so does the time between two

    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(module, "_lead", lambda board, jobs: (waited, helped))
    monkeypatch.setattr(Threads, "count", 2)
    monkeypatch.setattr(Threads, "_wake", lambda pool: None)
    jobs = 0
    while not pool._rested and jobs < 20:
        pool.run(True, np.zeros((0, 5), np.int64))
        jobs += 1
    assert jobs == (after or 20)
    assert not pool.lock.locked()


@pytest.mark.skipif(sys.platform == "win32", reason="the clock of Windows counts ticks from another start")
def test_kernels_read_the_systems_clock():
    module = sys.modules[Threads.__module__]
    seconds = module._seconds
    clock = numba.njit(lambda: seconds())
    clock()
    before, between, after = time.clock_gettime(time.CLOCK_MONOTONIC), clock(), time.clock_gettime(time.CLOCK_MONOTONIC)
    assert before <= between <= after


CACHE = """
import sys
import numpy as np
import time
from pellucid.kernels import compilation_announced, seconds_compiling
from pellucid.nn import Dense, Network
told, begun = [], time.perf_counter()
with compilation_announced(told.append):
    Network([Dense(5, "relu")], (40,)).forward(np.ones((3, 40), np.float32))
print(len(told), 0 < seconds_compiling() < time.perf_counter() - begun)
"""


def announced(folder):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder)}
    return subprocess.run([sys.executable, "-c", CACHE], env=environment, check=True, capture_output=True, text=True).stdout


def test_compilation_is_announced_once_and_kept_on_disk(tmp_path):
    assert announced(tmp_path) == "1 True\n"
    assert any(tmp_path.rglob("*.nbi"))
    assert announced(tmp_path) == "0 False\n"


def test_a_change_anywhere_in_the_folder_makes_the_cache_stale():
    stamp = compiled.dense._forward_alone._cache._cache_file._source_stamp
    assert stamp.endswith(engine.STAMP) and stamp != engine.STAMP


def test_without_a_folder_to_write_to_kernels_are_compiled_all_the_same(monkeypatch):
    import numba

    def without_cache(cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return original(**options)

    original = numba.njit
    monkeypatch.setattr(numba, "njit", without_cache)

    @engine.compiled
    def doubled(x):
        return 2 * x

    assert doubled(21) == 42


@pytest.mark.slow  # compiles everything once more
def test_the_first_run_and_those_from_the_disk_have_the_same_bits(tmp_path):
    script = "from tests.kernels.test_compiled_threads import trained; print(trained().tobytes().hex())"
    path = os.pathsep.join(filter(None, sys.path))
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_NUM_THREADS": "1", "PYTHONPATH": path}
    runs = [subprocess.check_output([sys.executable, "-c", script], env=environment) for _ in range(2)]
    assert runs[0] == runs[1]
