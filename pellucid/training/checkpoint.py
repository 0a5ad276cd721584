"""Everything a run needs to go on, in one file."""

import dataclasses
from pathlib import Path

from pellucid import container
from pellucid.nn.network import Network
from pellucid.optim.schedules import Plateau, Schedule
from pellucid.optim.update import Update
from pellucid.training.best import Best
from pellucid.training.epoch import Epoch


@dataclasses.dataclass
class Checkpoint:
    """The moving parts of a run between two epochs: parameters, statistics, optimiser, average, best, schedule, record.

    update is None for L-BFGS, which keeps nothing between epochs.
    """

    network: Network
    best: Best
    update: Update | None
    schedule: Schedule
    epochs: list[Epoch]

    def save(self, path: str | Path, header: dict) -> None:
        """Write all of it, whole or not at all; `header` is for the caller (what run this is)."""
        tensors = {"values": self.network.values, "best": self.best.values}
        if self.update:
            tensors |= self.update.tensors()
        state = {
            "epochs": [epoch.to_json() for epoch in self.epochs],
            "best": self.best.state(),
            "steps": self.update.optimizer.steps if self.update else 0,
            "schedule": self.schedule.state() if isinstance(self.schedule, Plateau) else None,
        }
        container.write(path, "checkpoint", tensors, {"run": header, "state": state})

    @staticmethod
    def header(path: str | Path) -> dict:
        """What the caller of `save` wrote."""
        return container.read(path, "checkpoint")[1]["run"]

    def load(self, path: str | Path) -> None:
        """Take over the state of a file that `save` wrote for the same run."""
        tensors, header = container.read(path, "checkpoint")
        state = header["state"]
        self.network.values[...] = tensors["values"]
        self.best.load(state["best"], tensors["best"])
        if self.update:
            self.update.restore(tensors, state["steps"])
        if isinstance(self.schedule, Plateau):
            self.schedule.restore(state["schedule"])
        self.epochs[:] = [Epoch.from_json(values) for values in state["epochs"]]
