import json

import pytest

from pellucid.runs.speed import Bench, Speed

FOUND = Bench(
    speeds=(Speed("784-100-10", 64, 79510, 0.0001, (0.00009, 0.0002), 640_000.0, 203.5, 0.75),),
    peak_gflops=271.0,
    cpu="Processor 9",
    cores=2,
    threads=2,
    kernels="compiled",
    blas="openblas 0.3",
    blas_kernel="SkylakeX",
    others=0.7,
    warnings=("other programs used 0.7 of 2 cores",),
)


@pytest.fixture(autouse=True)
def measured(monkeypatch):
    asked = []
    monkeypatch.setattr("pellucid.runs.bench", lambda **options: asked.append(options["quick"]) or FOUND, raising=False)
    return asked


def test_a_row_a_network_and_what_it_was_measured_on(run, measured):
    ended = run("bench", "--quick")
    assert (ended.status, measured) == (0, [True])
    heading, row = ended.out.splitlines()[:2]
    assert heading.split() == ["network", "batch", "ms", "a", "step", "pictures/s", "GFLOP/s", "of", "peak"]
    assert row.split() == ["784-100-10", "64", "0.10", "640,000", "203.5", "75", "%"]
    for fact in ("Processor 9, 2 cores", "271 GFLOP/s", "compiled, 2 threads", "openblas 0.3, kernel SkylakeX"):
        assert fact in ended.out
    assert ended.err.splitlines()[-1] == "note: other programs used 0.7 of 2 cores"


def test_json(run):
    ended = run("bench", "--json", "--quiet")
    assert json.loads(ended.out) == json.loads(json.dumps(FOUND.to_json()))
