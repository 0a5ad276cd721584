"""One whole training step, forward, loss, backward and Adam, beside other packages.

    python -m benchmarks.steps                               prints a table
    python -m benchmarks.steps --json steps.json             writes the measurements too
    python -m benchmarks.steps --only lenet --peers pytorch  less of it
    python -m benchmarks.steps --quick                       three short repetitions: does it work?
    python -m benchmarks.steps --markdown steps.json         makes docs/benchmarks.md of them

Each contender lives in a process of its own, with the environment its users would have. They take turns, one repetition
at a time, so that what else the machine does meets all alike. Warm-up and compilation are left out. Peers that are not
installed are left out too; `pip install -e '.[bench]'` brings them.
"""

from benchmarks import command
from benchmarks.contenders import OURS, STEP_PEERS
from benchmarks.report import configurations, limits, summary
from benchmarks.turns import measure
from benchmarks.workloads import STEPS


def main(arguments: list[str] | None = None) -> None:
    command.run(
        __doc__,
        arguments,
        STEPS,
        STEP_PEERS,
        lambda workload, peers, *length: measure(workload, OURS, peers, "step", *length),
        (configurations, limits, summary),
    )


if __name__ == "__main__":
    main()
