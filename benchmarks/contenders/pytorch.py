"""PyTorch: eager or compiled, with its fused Adam; for convolutions also channels_last; also bfloat16 autocast."""

import re
from contextlib import nullcontext

import torch
from torch import nn


def module(kind: str, numbers: tuple, shape: tuple, bias: bool) -> nn.Module:
    match kind:
        case "dense":
            return nn.Linear(shape[0], *numbers)
        case "conv":
            filters, size, padding = numbers
            return nn.Conv2d(shape[-1], filters, size, padding=size // 2 if padding == "same" else 0, bias=bias)
        case "norm":
            return nn.BatchNorm2d(shape[-1])
        case "relu":
            return nn.ReLU(inplace=True)
        case "pool":
            return nn.MaxPool2d(2)
        case "dropout":
            return nn.Dropout(*numbers)
    return nn.Flatten()


def network_of(workload, channels_last: bool) -> nn.Module:
    layers = list(workload.steps())
    followers = [kind for kind, *_ in layers[1:]] + [""]
    network = nn.Sequential(*(module(*layer, after != "norm") for layer, after in zip(layers, followers)))
    return network.to(memory_format=torch.channels_last) if channels_last else network


def data_of(workload, channels_last: bool) -> tuple[torch.Tensor, torch.Tensor]:
    x, labels = map(torch.from_numpy, workload.data())
    if workload.convolutional:
        x = x.permute(0, 3, 1, 2)  # channels first in name; in memory they are last
        x = x if channels_last else x.contiguous()
    return x, labels


def step(workload, channels_last=False, compile=False, autocast=False):
    network, (x, labels) = network_of(workload, channels_last), data_of(workload, channels_last)
    loss = nn.CrossEntropyLoss()
    if workload.loss == "sigmoid":
        loss, labels = nn.BCEWithLogitsLoss(), labels[:, None].float()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)

    def compute(x, labels):
        return loss(network(x), labels)

    if compile:
        compute = torch.compile(compute)

    def run(steps: int) -> None:
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cpu", torch.bfloat16) if autocast else nullcontext():
                value = compute(x, labels)
            value.backward()
            optimizer.step()

    return run


def assembly(workload, channels_last=False, **_):
    pictures = torch.from_numpy(workload.pictures())
    if workload.convolutional and not channels_last:
        pictures = pictures.permute(0, 3, 1, 2).contiguous()

    def endless():
        while True:
            for index in torch.randperm(len(pictures)).split(workload.batch):
                x = torch.div(pictures[index], 255)
                yield x.permute(0, 3, 1, 2) if workload.convolutional and channels_last else x

    stream = endless()

    def run(count: int) -> None:
        for _ in range(count):
            next(stream)

    return run


def forward(workload, channels_last=False, compile=False):
    network, (x, _) = network_of(workload, channels_last).eval(), data_of(workload, channels_last)
    if compile:
        network = torch.compile(network)

    def run(times: int) -> None:
        with torch.inference_mode():
            for _ in range(times):
                network(x)

    return run


def blas(**_):
    library = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    return {
        "library": library[1] if library else "unknown",
        "kernel": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
    }
