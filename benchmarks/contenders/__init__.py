"""Those who take part. The module of each has some of these functions, which return `run`; `run(n)` does it n times.

step(workload, **options)      a whole training step: forward, loss, backward, Adam
assembly(workload, **options)  a batch of float32 from shuffled uint8 pictures
forward(workload, **options)   the outputs for a batch

`blas()` tells what multiplies the matrices: {"library", "kernel", "threads"}. STEPS, where there is one: `run` takes
multiples of it.
"""

import importlib.util
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from benchmarks.workloads import Workload


def dense(workload: Workload) -> bool:
    return not workload.convolutional


def convolutional(workload: Workload) -> bool:
    return workload.convolutional


def classification(workload: Workload) -> bool:
    """What scikit-learn's MLPClassifier can be: dense, softmax, three classes or more."""
    return dense(workload) and workload.loss == "softmax" and workload.widths[-1] > 2


@dataclass(frozen=True)
class Contender:
    """One configuration of one package.

    module: its file in this folder. options: what its functions are given. imported: what must be there for it.
    packages: whose versions count. suits: the workloads it takes part in. compiles: needs a C++ compiler.
    """

    peer: str
    configuration: str
    module: str
    imported: str
    packages: tuple[str, ...]
    options: Mapping = field(default_factory=dict)
    precision: str = "float32"
    suits: Callable[[Workload], bool] = lambda workload: True
    compiles: bool = False

    @property
    def name(self) -> str:
        return f"{self.peer} ({self.configuration})"

    def missing(self) -> str | None:
        """What it needs and this computer lacks; None if nothing."""
        if importlib.util.find_spec(self.imported) is None:
            return f"{self.imported} is not installed (pip install -e '.[bench]')"
        if self.compiles and not any(map(shutil.which, ("c++", "g++", "clang++", "cl"))):
            return "it needs a C++ compiler (g++ or clang++)"
        return None


def _ours(configuration: str, **fields) -> Contender:
    return Contender("pellucid", configuration, "ours", "pellucid", ("numpy", "numba", "scipy"), **fields)


def _pytorch(configuration: str, **fields) -> Contender:
    return Contender("PyTorch", configuration, "pytorch", "torch", ("torch",), **fields)


def _onnx(configuration: str, **fields) -> Contender:
    return Contender("ONNX Runtime", configuration, "onnx_runtime", "onnxruntime", ("onnxruntime", "onnx"), **fields)


OURS = _ours("compiled kernels")

STEP_PEERS = (
    _ours("NumPy kernels", options={"kernels": "reference"}, suits=dense),
    _pytorch("eager"),
    _pytorch("eager, channels_last", options={"channels_last": True}, suits=convolutional),
    _pytorch("torch.compile", options={"compile": True}, compiles=True),
    _pytorch(
        "torch.compile, channels_last",
        options={"compile": True, "channels_last": True},
        suits=convolutional,
        compiles=True,
    ),
    _pytorch("eager, bfloat16 autocast", options={"autocast": True}, precision="bfloat16", suits=dense),
    _pytorch(
        "eager, channels_last, bfloat16 autocast",
        options={"autocast": True, "channels_last": True},
        precision="bfloat16",
        suits=convolutional,
    ),
    Contender("JAX", "jit, donated buffers", "jax_jit", "jax", ("jax", "jaxlib")),
    Contender("scikit-learn", "MLPClassifier.fit", "scikit_learn", "sklearn", ("scikit-learn",), suits=classification),
)

FORWARD_OURS = _ours("network.forward")

FORWARD_PEERS = (
    _ours("Classifier.predict", options={"classifier": True}),
    _pytorch("eager, inference_mode"),
    _pytorch("eager, inference_mode, channels_last", options={"channels_last": True}, suits=convolutional),
    _pytorch("torch.compile, inference_mode", options={"compile": True}, compiles=True),
    Contender("JAX", "jit", "jax_jit", "jax", ("jax", "jaxlib")),
    _onnx("session.run"),
    _onnx("session.run_with_iobinding", options={"binding": True}),
)
