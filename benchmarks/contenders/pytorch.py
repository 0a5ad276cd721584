"""PyTorch, eager, with its fused Adam."""

import re

import torch
from torch import nn


def prepare(workload):
    x, labels = map(torch.from_numpy, workload.data())
    layers = []
    for inputs, units in zip(workload.widths, workload.widths[1:]):
        layers += [nn.Linear(inputs, units), nn.ReLU()]
    network = nn.Sequential(*layers[:-1])
    loss = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)

    def run(steps: int) -> None:
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)
            loss(network(x), labels).backward()
            optimizer.step()

    return run


def blas():
    library = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    return {
        "library": library[1] if library else "unknown",
        "kernel": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
    }
