"""The benchmarks run, say all that a number depends on, and compute what they claim."""

import argparse
import importlib
import json
import mmap
import sys
from dataclasses import replace

import pytest

from benchmarks import command, contenders, steps
from benchmarks.contenders import FORWARD_OURS, FORWARD_PEERS, OURS, STEP_PEERS, Contender
from benchmarks.contenders.ours import layers_of, network_of
from benchmarks.machine import users_environment
from benchmarks.page import page
from benchmarks.report import Table, configurations, duration, limits, memory, standings, summary
from benchmarks.turns import measure
from benchmarks.worker import Worker
from benchmarks.workloads import FORWARD, STEPS, Workload, perceptron
from pellucid.kernels import reference

SCIKIT_LEARN = next(peer for peer in STEP_PEERS if peer.peer == "scikit-learn")
CLASSIFIER = next(peer for peer in FORWARD_PEERS if "Classifier" in peer.configuration)
SMALL = perceptron(8, 4, 3, batch=5, **{"scikit-learn": 2})

# What consumers of the JSON file may rely on.
KEYS = {"workload", "peer", "configuration", "ours_seconds", "peer_seconds", "ratio", "cpu", "cores"}
KEYS |= {f"{whose}_{what}" for whose in ("ours", "peer") for what in ("versions", "blas", "threads", "spread")}


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    """A quick run of a small workload beside scikit-learn, as the JSON file has it."""
    found = measure(SMALL, OURS, [SCIKIT_LEARN], "step", repetitions=2, seconds=0.001)
    return json.loads(json.dumps([row | {"load_before": 0.5, "left_out": []} for row in found]))


def made(workload="784-100-10", peer="PyTorch", configuration="eager", precision="float32", ratio=2.0, goal=None) -> dict:
    """A row that nobody measured: pellucid takes 1 ms, 2 million operations."""
    side = {
        "seconds": 0.001,
        "spread": [0.0009, 0.002],
        "assembly_seconds": 0.00002,
        "others": 0.0,
        "threads": 2,
        "blas": {"library": "openblas", "kernel": "SkylakeX"},
        "versions": {"python": "3.11"},
    }
    theirs = side | {"seconds": 0.001 * ratio, "assembly_seconds": None}
    return {
        "benchmark": "step",
        "workload": workload,
        "batch": 64,
        "peer": peer,
        "configuration": configuration,
        "precision": precision,
        "goal": goal,
        "ratio": ratio,
        "ours": "compiled kernels",
        **{f"ours_{name}": value for name, value in side.items()},
        **{f"peer_{name}": value for name, value in theirs.items()},
        "operations": 2_000_000,
        "parameters": 79_510,
        "predict_limit": None,
        "peak_gflops": 4.0,
        "ours_memory_growth": {"traced": 131, "resident": 0},
        "repetitions": 9,
        "cpu": "Processor 9",
        "cores": 2,
        "load_before": 0.0,
        "left_out": ["PyTorch (torch.compile): it needs a C++ compiler (g++ or clang++)"],
    }


def test_a_step_beside_scikit_learn(rows):
    (row,) = rows
    assert set(row) >= KEYS
    assert (row["workload"], row["peer"], row["goal"]) == ("8-4-3, batch 5", "scikit-learn", 2)
    assert row["ours_seconds"] > 0 and row["ratio"] == row["peer_seconds"] / row["ours_seconds"]
    assert row["ours_spread"][0] <= row["ours_seconds"] <= row["ours_spread"][1]
    assert row["ours_assembly_seconds"] > 0 and row["peer_assembly_seconds"] is None
    assert row["operations"] == 2 * 5 * (2 * 8 * 4 + 3 * 4 * 3)
    assert row["ours_threads"] >= 1 and row["repetitions"] == 2
    assert {"python", "scikit-learn"} <= set(row["peer_versions"])
    assert row["ours_memory_growth"]["traced"] < 10_000  # 5 bytes a step would be 10,000
    assert all(text in page(rows) for text in ("8-4-3, batch 5", "scikit-learn", row["cpu"]))


def test_an_answer_through_the_classifier():
    (row,) = measure(perceptron(40, 4, 3, batch=2), FORWARD_OURS, [CLASSIFIER], "forward", repetitions=1, seconds=0.001)
    assert (row["benchmark"], row["ours"], row["configuration"]) == ("forward", "network.forward", "Classifier.predict")
    assert row["operations"] == 2 * 2 * (40 * 4 + 4 * 3)
    assert row["ours_assembly_seconds"] is None


def test_the_ratio_of_a_peer_is_that_of_its_fastest_float32_configuration():
    found = standings(
        [
            made(configuration="eager", ratio=3.0, goal=4.0),
            made(configuration="torch.compile", ratio=2.0, goal=4.0),
            made(configuration="autocast", ratio=0.5, precision="bfloat16", goal=4.0),
            made(peer="pellucid", configuration="NumPy kernels", ratio=0.1),
            made(peer="JAX", configuration="jit", ratio=1.5, goal=1.5),
            made(workload="other", ratio=9.0),
        ]
    )
    assert [(each.workload, each.peer, each.configuration, each.ratio, each.verdict) for each in found] == [
        ("784-100-10", "PyTorch", "torch.compile", 2.0, "50 % short"),
        ("784-100-10", "JAX", "jit", 1.5, "met"),
        ("other", "PyTorch", "eager", 9.0, ""),
    ]


def test_cells():
    met, missed = made(ratio=4.04, goal=4), made(peer="JAX", ratio=1.2, goal=1.5)
    assert summary([met, missed]).lines == [("784-100-10", "1,000 µs", "**4.0×** (goal 4)", "1.2× (goal 1.5: 20 % short)")]
    assert limits([met]).lines == [("784-100-10", "1,000 µs", "64,000", "20.0 µs", "2.0", "2.23", "2.0", "50 %")]
    own, peer = configurations([met]).lines
    assert own == ("**784-100-10**", "pellucid, compiled kernels", "2", "1,000 µs (900 µs to 2,000 µs)", "1.00", "20.0 µs")
    assert peer[1:3] == ("PyTorch, eager", "2") and peer[4:] == ("4.04", "–")


def test_predict_has_a_column_of_its_own():
    predict = made(peer="pellucid", configuration="Classifier.predict", ratio=2.0) | {"ours": "network.forward"}
    for limit, cell in (
        (0.003, "**2,000 µs** (goal at most 3,000 µs)"),
        (0.001, "2,000 µs (goal at most 1,000 µs)"),
        (None, "2,000 µs"),
    ):
        rows = [predict | {"benchmark": "forward", "predict_limit": limit}, made() | {"benchmark": "forward"}]
        assert summary(rows).heading == ("workload", "`network.forward`", "`Classifier.predict`", "PyTorch")
        assert summary(rows).lines == [("784-100-10", "1,000 µs", cell, "2.0×")]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (1.23e-6, "1.2 µs"), (0.000999, "999 µs"), (0.00999, "9,990 µs"), (0.0123, "12.3 ms"), (2.5, "2,500 ms")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_a_table_for_the_terminal_and_for_the_page():
    table = Table(("name", "number"), [("**a**", "1"), ("bcd", "20")], words=1)
    assert table.aligned().splitlines() == ["name  number", "a          1", "bcd       20"]
    assert table.markdown().splitlines() == ["| name | number |", "| --- | ---: |", "| **a** | 1 |", "| bcd | 20 |"]


def test_the_page_has_what_was_measured_and_says_what_was_not():
    sizes = {f"{whose}_{what}_bytes": 5_000_000 for whose in ("ours", "peer") for what in ("peak", "imported", "step")}
    resident = made(ratio=1.0) | sizes | {"benchmark": "memory"}
    text = page([made(), resident])
    assert "## Training" in text and "## Memory" in text and "## Inference" not in text
    assert "torch.compile): it needs a C++ compiler" in text
    assert "Other programs used" not in text
    assert memory([resident]).lines[0][2:] == ("5", "5", "1.0")
    for block in text.split("\n\n"):
        if block.startswith("|"):
            assert len({line.count("|") for line in block.splitlines()}) == 1, block


def test_a_page_from_a_busy_machine_says_so():
    assert "Other programs used up to 1.3 of 2 cores" in page([made() | {"peer_others": 1.3}])


def test_a_worker_that_fails_does_so_loudly(capfd):
    broken = Contender("nobody", "at all", "absent_module", "pellucid", ())
    with pytest.raises(RuntimeError, match=r"nobody \(at all\) on 8-4-3, batch 5: its process ended with status 1"):
        Worker(broken, SMALL, "step", 0.001)
    assert "absent_module" in capfd.readouterr().err


def test_rows_are_written_at_once(tmp_path, monkeypatch):
    def one_row(workload, peers, repetitions, seconds):
        assert (repetitions, peers) == (command.QUICK_REPETITIONS, [SCIKIT_LEARN])
        if workload.name == "784-512-512-10, batch 128":
            raise RuntimeError("the second one fails")
        return [made(workload.name)]

    target = tmp_path / "steps.json"
    monkeypatch.setattr(steps, "measure", lambda workload, ours, peers, does, *length: one_row(workload, peers, *length))
    wishes = ["--quick", "--json", str(target), "--peers", "scikit", "--only", "784-100-", "784-512"]
    with pytest.raises(RuntimeError, match="the second one fails"):
        steps.main(wishes)
    (row,) = json.loads(target.read_text())
    assert row["workload"] == "784-100-10, batch 64"


def test_a_whole_name_means_that_one_alone():
    names = ["digits", "digits-folds", "mnist"]
    parser = argparse.ArgumentParser()
    assert command.chosen(parser, "--only", ["digits"], names) == ["digits"]
    assert command.chosen(parser, "--only", ["Folds", "mni"], names) == ["digits-folds", "mnist"]


@pytest.mark.parametrize(("option", "part"), [("--only", "resnet"), ("--peers", "caffe")])
def test_an_unknown_name_is_refused_with_those_there_are(option, part, capsys):
    with pytest.raises(SystemExit) as end:
        steps.main([option, part])
    assert end.value.code == 2
    message = capsys.readouterr().err
    assert f"{option} {part}: expected a part of one of: " in message


def test_peers_that_cannot_run_are_left_out_with_the_reason(monkeypatch):
    compiled = Contender("PyTorch", "torch.compile", "pytorch", "json", (), compiles=True)
    absent = Contender("X", "y", "pytorch", "no_such_package", ())
    monkeypatch.setattr(contenders.shutil, "which", lambda name: None)
    there, left_out = command.available([compiled, absent, SCIKIT_LEARN])
    assert there == [SCIKIT_LEARN]
    assert left_out == [
        "PyTorch (torch.compile): it needs a C++ compiler (g++ or clang++)",
        "X (y): no_such_package is not installed (pip install -e '.[bench]')",
    ]


def test_workloads_have_names_of_their_own():
    for workloads in (STEPS, FORWARD):
        assert len({workload.name for workload in workloads}) == len(workloads)


@pytest.mark.parametrize("workload", [*STEPS, *FORWARD], ids=lambda workload: workload.name)
def test_our_network_has_the_shapes_that_the_peers_build(workload):
    if workload.batch == 1000:
        workload = Workload(**{**workload.to_json(), "batch": 1})
    network = network_of(workload, reference)
    assert network.out_shape == (workload.layers[-1][1],)
    widths = [shape for kind, _, shape in workload.steps() if kind == "dense"]
    dense = [layer for layer in layers_of(workload) if type(layer).__name__ == "Dense"]
    assert len(widths) == len(dense)
    weights = [name for name in network.tensors() if name.endswith(".W") and network.tensors()[name].ndim == 2]
    assert [network.tensors()[name].shape[0] for name in weights] == [shape[0] for shape in widths]


def test_workloads_survive_the_way_to_a_worker():
    for workload in STEPS:
        assert Workload.from_json(json.loads(json.dumps(workload.to_json()))) == workload


def test_workers_lose_what_only_developers_set(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert "OPENBLAS_CORETYPE" not in users_environment()
    assert users_environment()["OMP_NUM_THREADS"] == "3"


def take_and_give_back(size: int) -> None:
    """Memory straight from the system; an array might get what the process has already."""
    with mmap.mmap(-1, size) as block:
        for page in range(0, size, mmap.PAGESIZE):
            block[page] = 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_the_peak_of_memory_is_that_since_it_was_forgotten():
    from benchmarks import machine

    take_and_give_back(400_000_000)
    before = machine.peak_memory()
    machine.forget_peak()
    assert machine.peak_memory() < before - 300e6
    take_and_give_back(100_000_000)
    assert machine.peak_memory() > machine.memory_in_use() + 50e6


def small(name: str) -> Workload:
    """The workload whose name holds `name`, with two pictures a batch."""
    return replace(next(each for each in STEPS if name in each.name), batch=2)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["64-32-10", "12288-20-7-5-1", "LeNet", "with batch norm", "MNIST example"])
@pytest.mark.parametrize("peer", [peer for peer in STEP_PEERS if not peer.compiles], ids=lambda peer: peer.name)
def test_each_installed_peer_trains_and_assembles(peer, name):
    workload = small(name)
    if peer.missing() or not peer.suits(workload):
        pytest.skip(peer.missing() or "it does not take part")
    module = importlib.import_module(f"benchmarks.contenders.{peer.module}")
    module.step(workload, **peer.options)(getattr(module, "STEPS", 2))
    if hasattr(module, "assembly"):
        module.assembly(workload, **peer.options)(2)
    assert module.blas(**peer.options)["threads"] >= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["784-100-10, 1 p", "LeNet-5, 1 p", "CNN 32-32-64-64-128-128, 1 p"])
@pytest.mark.parametrize("peer", [peer for peer in FORWARD_PEERS if not peer.compiles], ids=lambda peer: peer.name)
def test_each_installed_peer_answers(peer, name):
    workload = next(each for each in FORWARD if name in each.name)
    if peer.missing() or not peer.suits(workload):
        pytest.skip(peer.missing() or "it does not take part")
    importlib.import_module(f"benchmarks.contenders.{peer.module}").forward(workload, **peer.options)(2)
