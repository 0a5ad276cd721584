"""How fast does pellucid train on this computer, and how far is that from what the computer can do?"""

import os
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from pellucid import kernels, machine
from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn import Layer, Network, losses, presets
from pellucid.optim import Adam, Update
from pellucid.runs.progress import Silent
from pellucid.training import train_step


@dataclass(frozen=True)
class Task:
    """A network to time: its layers, the shape of a picture, and pictures a step."""

    name: str
    layers: Callable[[], list[Layer]]
    in_shape: tuple[int, ...]
    batch: int


TASKS = (
    Task("784-100-10", lambda: presets.mlp((100,), 10), (28, 28, 1), 64),
    Task("784-512-512-10", lambda: presets.mlp((512, 512), 10), (28, 28, 1), 128),
    Task("lenet, 28 × 28", lambda: presets.lenet((28, 28, 1), 10), (28, 28, 1), 128),
    Task("simple_cnn, 32 × 32 × 3", lambda: presets.simple_cnn((32, 32, 3), 10), (32, 32, 3), 128),
    Task("the same, batch norm", lambda: presets.simple_cnn((32, 32, 3), 10, batch_norm=True), (32, 32, 3), 128),
)
# Repetitions of so many seconds each, and seconds for the peak.
REPETITIONS, SECONDS, PEAK_SECONDS = 9, 0.25, 1.0
QUICK_REPETITIONS, QUICK_SECONDS, QUICK_PEAK_SECONDS = 3, 0.02, 0.1

# What only developers set; it chooses other BLAS kernels than those made for this processor.
OVERRIDE = "OPENBLAS_CORETYPE"
CROWDED = 0.1  # cores: from here on, what other programs use is told


@dataclass(frozen=True)
class Speed:
    """The training steps of one network: forward, loss, backward, Adam, on one batch in memory."""

    network: str
    batch: int
    parameters: int
    step_seconds: float  # median
    spread: tuple[float, float]  # smallest and largest
    pictures_per_second: float
    gflops: float  # 10^9 operations a second; a convolution counts those of its plain sum
    share_of_peak: float


@dataclass(frozen=True)
class Bench:
    """The speed of some networks, and of the computer they were measured on."""

    speeds: tuple[Speed, ...]
    peak_gflops: float  # of a float32 product of large matrices, all threads
    cpu: str
    cores: int
    threads: int
    kernels: str  # "compiled" or "reference"
    blas: str
    blas_kernel: str | None
    others: float | None  # cores that other programs used meanwhile
    warnings: tuple[str, ...]  # what makes the times longer than they need be

    def to_json(self) -> dict:
        """What `pellucid bench --json` prints."""
        return asdict(self)


def bench(*, quick: bool = False, progress: Silent | None = None) -> Bench:
    """Time the training steps of a few standard networks. quick: a few seconds in all, to see that everything runs."""
    progress = progress or Silent()
    repetitions, seconds, peak_seconds = (
        (QUICK_REPETITIONS, QUICK_SECONDS, QUICK_PEAK_SECONDS) if quick else (REPETITIONS, SECONDS, PEAK_SECONDS)
    )
    peak, speeds, others = machine.peak(peak_seconds), [], []
    with kernels.compilation_announced(progress.say), progress.task("timing", len(TASKS)) as advance:
        for task in TASKS:
            speed, used = _measure(task, peak, repetitions, seconds)
            speeds.append(speed)
            others += used
            advance()
    threads, name = _threads()
    library = machine.blas("numpy" if name == "reference" else "scipy")
    crowd = None if None in others else statistics.median(others)
    return Bench(
        speeds=tuple(speeds),
        peak_gflops=peak / 1e9,
        cpu=machine.processor(),
        cores=machine.cores(),
        threads=threads,
        kernels=name,
        blas=library["library"],
        blas_kernel=library["kernel"],
        others=crowd,
        warnings=tuple(_warnings(crowd, threads)),
    )


def training_operations(network: Network, batch: int) -> int:
    """Floating-point operations of a training step: two for each multiply-add of forward, dW and dx.

    The first layer that learns needs no dx. What costs little beside products (activations, pooling, Adam) is left out.
    """
    work = [layer.multiply_adds() for layer in network.layers]
    first = next(slot.position for slot in sorted(network.slots, key=lambda slot: slot.position))
    return 2 * batch * (3 * sum(work) - work[first])


def _measure(task: Task, peak: float, repetitions: int, seconds: float) -> tuple[Speed, list[float | None]]:
    """The speed of a network, and the cores that other programs used in each repetition."""
    network = Network(task.layers(), task.in_shape)
    run = _steps(network, task.batch)
    run(2)  # compiles
    with machine.Stopwatch() as once:
        run(2)
    steps = max(1, round(2 * seconds / once.seconds))
    watches = []
    for _ in range(repetitions):
        with machine.Stopwatch() as watch:
            run(steps)
        watches.append(watch)
    times = [watch.seconds / steps for watch in watches]
    median = statistics.median(times)
    speed = training_operations(network, task.batch) / median
    measured = Speed(
        network=task.name,
        batch=task.batch,
        parameters=network.parameters,
        step_seconds=median,
        spread=(min(times), max(times)),
        pictures_per_second=task.batch / median,
        gflops=speed / 1e9,
        share_of_peak=speed / peak,
    )
    return measured, [watch.others for watch in watches]


def _steps(network: Network, batch: int) -> Callable[[int], None]:
    """`run(n)` takes n training steps on a batch of noise."""
    rng = np.random.default_rng(0)
    x = rng.random((batch, *network.in_shape), np.float32)
    t = rng.integers(0, network.out_shape[0], batch)
    loss, update = losses.SoftmaxCrossEntropy(), Update(Adam(network))

    def run(steps: int) -> None:
        with single_threaded_blas():
            for _ in range(steps):
                train_step(network, loss, update, (x, t, None), 1e-3)

    return run


def _threads() -> tuple[int, str]:
    """How many threads train, and the kernel set they use."""
    if kernels.select(np.dtype(np.float32)) is kernels.reference:
        return 1, "reference"
    import numba

    return numba.get_num_threads(), "compiled"


def _warnings(others: float | None, threads: int) -> list[str]:
    found = []
    if name := os.environ.get(OVERRIDE):
        found.append(f"{OVERRIDE}={name} in the environment chooses BLAS kernels that may be slower here; unset it")
    # On a machine of many cores, others may well use those that we do not need.
    if others is not None and others > CROWDED + max(0, (os.cpu_count() or 1) - threads):
        found.append(f"other programs used {others:.1f} of {os.cpu_count()} cores meanwhile; on an idle machine times are shorter")
    return found
