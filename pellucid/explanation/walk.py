"""One picture through every layer: forward, the loss, backward, and the update of one weight."""

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from pellucid.errors import RecipeError
from pellucid.explanation.recorder import Recorder, Visit, watched
from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn import Loss, Network
from pellucid.nn.fusion import separate
from pellucid.nn.parameter import Slot
from pellucid.optim import SGD, Update

MakeUpdate = Callable[[Network], Update]


@dataclass(eq=False)
class WeightUpdate:
    """What becomes of one number of theta in one step."""

    name: str  # "1.W[3,5]"
    array: str  # "1.W"
    index: tuple[int, ...]
    before: float
    gradient: float  # as the backward pass found it
    used: float  # the same with penalty and clipping, as the optimiser takes it
    moments: tuple[float, ...]  # of the optimiser for this weight, after the step; they began at 0
    after: float
    learning_rate: float
    norm: float  # of the whole gradient, penalty included, before clipping
    update: Update
    kernels: list[Callable]


@dataclass(eq=False)
class Walk:
    """All numbers of one picture's way through a network and back, as the reference kernels compute them."""

    x: np.ndarray  # (*in_shape) as the network sees it
    steps: list[Visit]
    z: np.ndarray  # (K,) the outputs
    target: np.ndarray  # () a label, or (K,) targets
    loss: Loss
    loss_value: float
    dz: np.ndarray  # (K,) the gradient of the loss for the outputs
    loss_kernels: list[Callable]
    weight: WeightUpdate | None  # None where the network learns nothing

    def visits(self) -> Iterator[Visit]:
        """Every layer, those inside others included, in the order of the forward pass."""
        for step in self.steps:
            yield from step.all()

    def visit_of(self, array: str) -> tuple[Visit, str]:
        """The layer that an array such as "3.0.W" belongs to, and the array's name there."""
        path, _, name = array.rpartition(".")
        return next(visit for visit in self.visits() if visit.path == path), name


def walk(
    network: Network,
    x: np.ndarray,
    target: int | np.ndarray,
    loss: Loss,
    *,
    weight: str | None = None,
    make_update: MakeUpdate = lambda network: Update(SGD(network)),
    learning_rate: float = 0.01,
) -> Walk:
    """Follow one picture with the reference kernels; `network` itself is not changed.

    x: (*in_shape) as the network sees it. target: its label, or its targets (K,). Layers behave as in prediction: batch norm
    takes its running statistics, nothing is dropped. weight: "1.W[3,5]"; None: the one with the largest gradient in the
    last layer that has weights. make_update: the optimiser, with penalty and clipping, whose first step is taken.

    The numbers are, to the last bit, those of `network.forward`, `loss`, `network.backward` and the update on this picture.
    Errors: RecipeError for a weight that there is not.
    """
    recorder = Recorder()
    twin = copy.deepcopy(network).replica(recorder)
    separate(twin.layers)  # so that each layer gives what its equation says
    steps = watched(twin, recorder)
    labels = np.asarray(target)[np.newaxis]
    loss_kernels: list[Callable] = []
    chosen = parse_weight(twin, weight) if weight else None
    with single_threaded_blas():
        z = twin.forward(np.asarray(x)[np.newaxis], keep=True).copy()
        with recorder.noting(loss_kernels):
            value, dz = loss(z, labels, None, recorder)
        dz = dz.copy()
        twin.backward(dz.copy(), need_dx=True)
        _keep_arrays(twin, steps)
        slot, place = chosen or default_weight(twin) or (None, 0)
        updated = _update(twin, slot, place, make_update(twin), learning_rate, recorder) if slot else None
    return Walk(np.array(x, twin.dtype), steps, z[0], labels[0], loss, value, dz[0], loss_kernels, updated)


def parse_weight(network: Network, text: str) -> tuple[Slot, int]:
    """The array and the place in theta of "1.W[3,5]". Errors: RecipeError."""
    found = re.fullmatch(r"\s*([\w.]+)\s*\[([\d,\s]+)\]\s*", text)
    slot = next((each for each in network.slots if found and each.name == found[1]), None)
    if slot is None:
        last = ", ".join(f"{each.name}[{','.join(str(n - 1) for n in each.shape)}]" for each in network.slots)
        raise RecipeError(f"there is no weight {text}; expected one such as 1.W[3,5], here up to {last or 'none'}")
    index = tuple(int(number) for number in found[2].split(",") if number.strip())
    if len(index) != len(slot.shape) or any(number >= length for number, length in zip(index, slot.shape)):
        shape = " × ".join(map(str, slot.shape))
        raise RecipeError(f"there is no weight {text}: {slot.name} has {shape} numbers, counted from 0")
    return slot, slot.span.start + int(np.ravel_multi_index(index, slot.shape))


def default_weight(network: Network) -> tuple[Slot, int] | None:
    """The weight with the largest gradient in the last array that decays, which a bias does not; else in any."""
    weights = [slot for slot in network.slots if slot.span.stop <= network.decaying] or list(network.slots)
    if not weights:
        return None
    last = max(weights, key=lambda slot: slot.position)
    return last, last.span.start + int(np.abs(network.grad[last.span]).argmax())


def _keep_arrays(network: Network, steps: list[Visit]) -> None:
    """Copy each layer's parameters and gradients into its visit."""
    visits = {visit.path: visit for step in steps for visit in step.all()}
    for name, array in network.tensors().items():
        path, _, own = name.rpartition(".")
        visits[path].parameters[own] = array.copy()
    for slot in network.slots:
        path, _, own = slot.name.rpartition(".")
        visits[path].gradients[own] = slot.view(network.grad).copy()


def _update(network: Network, slot: Slot, place: int, update: Update, learning_rate: float, recorder: Recorder) -> WeightUpdate:
    index = tuple(int(n) for n in np.unravel_index(place - slot.span.start, slot.shape))
    before, gradient = float(network.theta[place]), float(network.grad[place])
    kernels: list[Callable] = []
    with recorder.noting(kernels):
        norm = update(learning_rate)
    return WeightUpdate(
        name=f"{slot.name}[{','.join(map(str, index))}]",
        array=slot.name,
        index=index,
        before=before,
        gradient=gradient,
        used=float(network.grad[place]),
        moments=tuple(float(moment[place]) for moment in update.optimizer.state),
        after=float(network.theta[place]),
        learning_rate=learning_rate,
        norm=norm,
        update=update,
        kernels=[kernel for kernel in kernels if kernel.__name__ != "norm"],
    )
