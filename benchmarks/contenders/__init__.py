"""Those who take part. The module of each has two functions.

`prepare(workload)` returns `run`; `run(steps)` trains for so many whole steps. `blas()` tells what multiplies the
matrices: {"library", "kernel", "threads"}.
"""

import importlib.util
from dataclasses import dataclass


@dataclass(frozen=True)
class Contender:
    """One way of one package to train.

    module: its file in this folder. imported: what must be there for it. packages: whose versions count.
    """

    peer: str
    configuration: str
    module: str
    imported: str
    packages: tuple[str, ...]

    def installed(self) -> bool:
        return importlib.util.find_spec(self.imported) is not None


OURS = Contender(
    "pellucid", "compiled kernels, float32, NaN guard", "pellucid_compiled", "pellucid", ("numpy", "numba", "scipy")
)

PEERS = (
    Contender("pellucid", "NumPy kernels, float32, NaN guard", "pellucid_numpy", "pellucid", ("numpy",)),
    Contender(
        "scikit-learn", "MLPClassifier.fit, float32", "scikit_learn", "sklearn", ("scikit-learn", "numpy", "scipy")
    ),
    Contender("PyTorch", "eager, fused Adam, float32", "pytorch", "torch", ("torch",)),
    Contender("JAX", "jit with donated buffers, float32", "jax_jit", "jax", ("jax", "jaxlib")),
)
