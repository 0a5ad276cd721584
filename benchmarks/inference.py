"""Answers for one picture and for 1,000, beside other packages.

    python -m benchmarks.inference                          prints a table
    python -m benchmarks.inference --json inference.json    writes the measurements too
    python -m benchmarks.inference --quick                  three short repetitions: does it work?

`network.forward` is compared with ONNX Runtime, PyTorch and JAX; each gets arrays of its own kind, already in memory.
`Classifier.predict` takes uint8 pictures and gives class names: checking, normalisation and softmax are part of it.
"""

from benchmarks import command
from benchmarks.contenders import FORWARD_OURS, FORWARD_PEERS
from benchmarks.report import configurations, summary
from benchmarks.turns import measure
from benchmarks.workloads import FORWARD


def main(arguments: list[str] | None = None) -> None:
    command.run(
        __doc__,
        arguments,
        FORWARD,
        FORWARD_PEERS,
        lambda workload, peers, *length: measure(workload, FORWARD_OURS, peers, "forward", *length),
        (configurations, summary),
    )


if __name__ == "__main__":
    main()
