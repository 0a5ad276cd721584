"""The benchmarks run, and say all that a number depends on."""

import json

from benchmarks.contenders import OURS, PEERS
from benchmarks.machine import users_environment
from benchmarks.report import markdown, table
from benchmarks.steps import measure
from benchmarks.workloads import WORKLOADS, Workload

SCIKIT_LEARN = next(peer for peer in PEERS if peer.peer == "scikit-learn")


def test_a_small_step_beside_scikit_learn():
    rows = measure(Workload((8, 4, 3), 5), [OURS, SCIKIT_LEARN], repetitions=2, seconds=0.001)
    assert rows == json.loads(json.dumps(rows))
    (row,) = rows
    assert (row["workload"], row["peer"]) == ("8-4-3, batch 5", "scikit-learn")
    assert row["ours_seconds"] > 0 and row["ratio"] == row["peer_seconds"] / row["ours_seconds"]
    assert row["ours_blas"]["threads"] >= 1
    assert {"python", "scikit-learn", "numpy"} <= set(row["peer_versions"])
    assert row["ours_memory_growth"]["traced"] < 10_000  # 5 bytes a step would be 10,000

    for text in (table([row | {"load_before": None}]), markdown([row | {"load_before": 0.5}])):
        assert "8-4-3, batch 5" in text and "scikit-learn" in text and row["cpu"] in text


def test_workloads_have_names_of_their_own():
    assert len({workload.name for workload in WORKLOADS}) == len(WORKLOADS)


def test_workers_lose_what_only_developers_set(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert "OPENBLAS_CORETYPE" not in users_environment()
    assert users_environment()["OMP_NUM_THREADS"] == "3"
