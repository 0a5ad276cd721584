"""A recipe trained by PyTorch instead of pellucid: the same pictures in the same batches, the same first weights.

    python -m benchmarks.pytorch_recipe mnist --recipe mnist-cnn --seed 0

Prints an object with recipe, accuracy, n_test and seconds of training, the assembly of batches included, which is
pellucid's in both. PyTorch runs eagerly with channels_last and fused optimisers. What a recipe asks for and is not
translated here is an error (exit status 2).
"""

import argparse
import copy
import json
import math
import sys
import time
from collections.abc import Iterator
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from pellucid.errors import PellucidError, RecipeError
from pellucid.images import Batches
from pellucid.nn import Layer, Network
from pellucid.recipes import Recipe
from pellucid.runs.assemble import Parts, assemble
from pellucid.runs.prepare import prepare
from pellucid.runs.progress import Silent

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "silu": nn.SiLU, "gelu": partial(nn.GELU, "tanh")}
NOT_TRANSLATED = {  # what must have its default value
    "loss": ("class_weight", "l1", "l2"),
    "optimizer": ("factors",),
    "augment": ("views",),
    "training": ("folds", "final", "minutes", "patience"),
    "transfer": ("model",),
}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("--recipe")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        print(json.dumps(train(options.source, options.recipe, seed=options.seed)))
    except PellucidError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def train(source: str, recipe: str | None, **overrides) -> dict:
    """Train as the recipe says; the score on its test part."""
    prepared = prepare(source, recipe, overrides, Silent())
    check(prepared.recipe)
    parts = assemble(prepared)
    network = translated(parts.network)
    begun = time.perf_counter()
    for _ in learn(network, parts):
        pass
    seconds = time.perf_counter() - begun
    dataset, test = prepared.dataset, prepared.split.test
    _, hits = measured(network, parts, Batches(dataset.images, dataset.labels, test, prepared.spec, 1024))
    return {"recipe": prepared.recipe.name, "accuracy": hits / len(test), "n_test": len(test), "seconds": seconds}


def check(recipe: Recipe) -> None:
    default = Recipe()
    for section, keys in NOT_TRANSLATED.items():
        for key in keys:
            if getattr(getattr(recipe, section), key) != getattr(getattr(default, section), key):
                raise RecipeError(f"{section}.{key} is not translated to PyTorch")
    if recipe.schedule.name == "plateau":
        raise RecipeError("the schedule plateau is not translated to PyTorch")


def learn(network: nn.Module, parts: Parts) -> Iterator[float]:
    """Yield the mean loss of each epoch; at the end the network has the weights to be kept."""
    section, loss, optimizer = parts.recipe.optimizer, loss_of(parts.recipe), optimizer_of(network, parts.recipe)
    average = AveragedModel(network, multi_avg_fn=averaging(section.average), use_buffers=True) if section.average else None
    step, best, kept = 0, math.inf, None
    for number in range(parts.recipe.training.epochs):
        network.train()
        total = seen = 0
        for x, t, _ in parts.batches.epoch(number):
            for group in optimizer.param_groups:
                group["lr"] = parts.schedule(step)
            optimizer.zero_grad(set_to_none=True)
            value = loss(network(tensor(x)), torch.from_numpy(t))
            value.backward()
            if section.clip_norm:
                nn.utils.clip_grad_norm_(network.parameters(), section.clip_norm)
            optimizer.step()
            if average:
                average.update_parameters(network)
            total, seen, step = total + value.item() * len(t), seen + len(t), step + 1
        judged = average.module if average else network
        if parts.validation is not None and (found := measured(judged, parts, parts.validation)[0]) < best:
            best, kept = found, copy.deepcopy(judged.state_dict())
        yield total / seen
    network.load_state_dict(kept or judged.state_dict())


def measured(network: nn.Module, parts: Parts, batches: Batches) -> tuple[float, int]:
    """The mean loss, and how many are right."""
    network.eval()
    loss, total, hits = loss_of(parts.recipe), 0.0, 0
    with torch.inference_mode():
        for x, t, _ in batches.epoch(0):
            z, labels = network(tensor(x)), torch.from_numpy(t)
            total += loss(z, labels).item() * len(t)
            hits += int((z.argmax(1) == labels).sum())
    return total / batches.count, hits


def tensor(x: np.ndarray) -> torch.Tensor:
    """A batch as PyTorch wants it: channels first in name, last in memory, nothing copied."""
    values = torch.from_numpy(x)
    return values.permute(0, 3, 1, 2) if values.ndim == 4 else values


def loss_of(recipe: Recipe) -> nn.Module:
    if recipe.loss.name != "softmax_cross_entropy":
        raise RecipeError(f"the loss {recipe.loss.name} is not translated to PyTorch")
    return nn.CrossEntropyLoss(label_smoothing=recipe.loss.label_smoothing)


def optimizer_of(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """Weights decay, everything else does not."""
    section = recipe.optimizer
    weights = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim == 1 and p.requires_grad]
    groups = [{"params": weights}, {"params": others, "weight_decay": 0.0}]
    adam = {"betas": (section.beta1, section.beta2), "eps": section.epsilon, "fused": True}
    makers = {
        "sgd": lambda: torch.optim.SGD(groups, section.learning_rate, fused=True),
        "momentum": lambda: torch.optim.SGD(groups, section.learning_rate, momentum=section.momentum, fused=True),
        "nesterov": lambda: torch.optim.SGD(groups, section.learning_rate, momentum=section.momentum, nesterov=True, fused=True),
        "adam": lambda: torch.optim.Adam(groups, section.learning_rate, **adam),
        "adamw": lambda: torch.optim.AdamW(groups, section.learning_rate, weight_decay=section.weight_decay, **adam),
    }
    if section.name not in makers:
        raise RecipeError(f"the optimiser {section.name} is not translated to PyTorch")
    return makers[section.name]()


def averaging(decay: float):
    """The rule of `pellucid.optim.average`."""

    def update(averaged, current, count) -> None:
        keep = min(decay, (1 + int(count)) / (10 + int(count)))
        for old, new in zip(averaged, current):
            old.lerp_(new, 1 - keep) if old.is_floating_point() else old.copy_(new)

    return torch.no_grad()(update)


def translated(network: Network) -> nn.Module:
    """The network with the weights that it has now."""
    modules = [module for layer in network.layers for module in modules_of(layer)]
    return nn.Sequential(*modules).to(memory_format=torch.channels_last)


class Flatten(nn.Module):
    """Rows in the order of NHWC, so that the weights after it are those of pellucid."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x.permute(0, 2, 3, 1) if x.ndim == 4 else x).flatten(1)


def modules_of(layer: Layer) -> list[nn.Module]:
    given = layer.arguments()
    match type(layer).__name__:
        case "Dense":
            linear = nn.Linear(*layer.W.shape, bias=given["bias"])
            return [filled(linear, layer.W.T, layer), *activation(given["activation"])]
        case "Conv2D":
            height, width, channels, filters = layer.W.shape
            padding = padding_of(given["padding"], layer.stride, (height, width))
            convolution = nn.Conv2d(channels, filters, (height, width), layer.stride, padding, bias=given["bias"])
            return [filled(convolution, layer.W.transpose(3, 2, 0, 1), layer), *activation(given["activation"])]
        case "BatchNorm":
            norm = nn.BatchNorm2d(layer.channels, layer.epsilon, 1 - layer.momentum)
            norm.weight.requires_grad, norm.bias.requires_grad = layer.scale, layer.shift
            return [norm]
        case "Activation":
            return activation(given["name"])
        case "MaxPool2D":
            return [nn.MaxPool2d(layer.size, layer.stride)]
        case "AvgPool2D":
            return [nn.AvgPool2d(layer.size, layer.stride)]
        case "GlobalAvgPool":
            return [nn.AdaptiveAvgPool2d(1), Flatten()]
        case "Dropout":
            return [nn.Dropout(given["rate"])]
        case "Flatten":
            return [Flatten()]
    raise RecipeError(f"the layer {type(layer).__name__} is not translated to PyTorch")


def filled(module: nn.Module, weights: np.ndarray, layer: Layer) -> nn.Module:
    with torch.no_grad():
        module.weight.copy_(torch.from_numpy(np.ascontiguousarray(weights)))
        if module.bias is not None:
            module.bias.copy_(torch.from_numpy(layer.b.copy()))
    return module


def activation(name: str) -> list[nn.Module]:
    if name == "linear":
        return []
    if name not in ACTIVATIONS:
        raise RecipeError(f"the activation {name} is not translated to PyTorch")
    return [ACTIVATIONS[name]()]


def padding_of(padding: str | int, stride: int, size: tuple[int, int]) -> int | tuple[int, int]:
    if padding == "same":
        if stride > 1 or not all(number % 2 for number in size):
            raise RecipeError("padding 'same' is translated to PyTorch for odd filters of stride 1 alone")
        return size[0] // 2, size[1] // 2
    return 0 if padding == "valid" else padding


if __name__ == "__main__":
    main()
