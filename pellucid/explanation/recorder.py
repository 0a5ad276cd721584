"""Watching a network compute: what goes into each layer, what comes out, and which kernels did it."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from pellucid.kernels import reference
from pellucid.nn import Layer, Network, Wrapper
from pellucid.nn.layers.affine import Affine


@dataclass(eq=False)
class Visit:
    """One layer on the way of one picture, forward and backward: copies of the arrays, without the batch axis."""

    path: str  # "3", or "3.0" for the first layer inside layer 3: what stands before the names of its arrays
    layer: Layer
    parameters: dict[str, np.ndarray] = field(default_factory=dict)  # {"W": ..., "b": ...}, before the update
    gradients: dict[str, np.ndarray] = field(default_factory=dict)  # of the same, those that are learned
    x: np.ndarray | None = None
    y: np.ndarray | None = None
    dy: np.ndarray | None = None
    dz: np.ndarray | None = None  # of a layer with weights: dy f'(z)
    dx: np.ndarray | None = None
    forward_kernels: list[Callable] = field(default_factory=list)
    backward_kernels: list[Callable] = field(default_factory=list)
    inside: list["Visit"] = field(default_factory=list)  # of a layer that wraps others

    @property
    def name(self) -> str:
        return type(self.layer).__name__

    def all(self) -> Iterator["Visit"]:
        """The visit itself and those inside it, in order."""
        yield self
        for each in self.inside:
            yield from each.all()


class Recorder:
    """A kernel set: the reference's, each call noted in the list of whoever computes just then."""

    def __init__(self):
        self._lists: list[list[Callable]] = []

    def __getattr__(self, name: str):
        kernel = getattr(reference, name)

        @functools.wraps(kernel)
        def noted(*arguments):
            if self._lists and kernel not in self._lists[-1]:
                self._lists[-1].append(kernel)
            return kernel(*arguments)

        return noted

    @contextmanager
    def noting(self, calls: list[Callable]) -> Iterator[None]:
        """While the block runs, kernels that are called go into `calls`."""
        self._lists.append(calls)
        try:
            yield
        finally:
            self._lists.pop()


def watched(network: Network, recorder: Recorder) -> list[Visit]:
    """Let every layer of `network` tell what it does; a visit for each, filled in by its forward and backward.

    The layers' own methods do the work: what is recorded is what the library computes.
    """
    return [_watch(layer, str(position), recorder) for position, layer in enumerate(network.layers)]


def _watch(layer: Layer, path: str, recorder: Recorder) -> Visit:
    visit = Visit(path, layer)
    if isinstance(layer, Wrapper):
        visit.inside = [_watch(each, f"{path}.{name}", recorder) for name, each in layer.children().items()]
    forward, backward = layer.forward, layer.backward

    def watched_forward(x, train, keep):
        visit.x = x[0].copy()
        with recorder.noting(visit.forward_kernels):
            y = forward(x, train, keep)
        visit.y = y[0].copy()
        return y

    def watched_backward(dy, need_dx=True):
        visit.dy = dy[0].copy()
        with recorder.noting(visit.backward_kernels):
            dx = backward(dy, need_dx)
        visit.dz = dy[0].copy() if isinstance(layer, Affine) else None  # their kernels overwrite dy by dz
        visit.dx = dx[0].copy()
        return dx

    layer.forward, layer.backward = watched_forward, watched_backward
    return visit
