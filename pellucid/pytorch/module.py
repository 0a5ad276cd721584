"""From our network to a torch module with the weights that it has now."""

from functools import partial

import numpy as np
import torch
from torch import nn

from pellucid.errors import RecipeError
from pellucid.nn import Layer, Network

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "silu": nn.SiLU, "gelu": partial(nn.GELU, "tanh")}


class Flatten(nn.Module):
    """Rows in the order of NHWC, so that the weights after it are those of pellucid."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x.permute(0, 2, 3, 1) if x.ndim == 4 else x).flatten(1)


def module_of(network: Network) -> nn.Sequential:
    """The same network in PyTorch, channels last in memory. RecipeError for a layer that is not translated."""
    modules = [module for layer in network.layers for module in modules_of(layer)]
    return nn.Sequential(*modules).to(memory_format=torch.channels_last)


def tensor(x: np.ndarray) -> torch.Tensor:
    """A batch as PyTorch wants it: channels first in name, last in memory, nothing copied."""
    values = torch.from_numpy(x)
    return values.permute(0, 3, 1, 2) if values.ndim == 4 else values


def take_over(network: Network, module: nn.Module) -> None:
    """Give `network` what `module`, which was made from it, has learned, running statistics included."""
    learned = zip(_names(network), [parameter for parameter in module.parameters() if parameter.requires_grad], strict=True)
    arrays = network.tensors()
    for name, parameter in learned:
        arrays[name][...] = ours_of(parameter.detach().numpy())
    norms = [each for each in module.modules() if isinstance(each, nn.BatchNorm2d)]
    for slot, statistics in zip(
        network.state_slots, [x for norm in norms for x in (norm.running_mean, norm.running_var)], strict=True
    ):
        arrays[slot.name][...] = statistics.numpy()


def gradients_of(network: Network, module: nn.Module, loss: nn.Module, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
    """PyTorch's gradients for a batch (x, t), under our names and in our shapes: {"1.W": (K, M), "1.b": (M,), ...}.

    module: that of `network`.
    """
    module.train()
    loss(module(tensor(x)), torch.from_numpy(t)).backward()
    found = [parameter.grad.numpy() for parameter in module.parameters() if parameter.requires_grad]
    return {name: ours_of(array) for name, array in zip(_names(network), found, strict=True)}


def ours_of(array: np.ndarray) -> np.ndarray:
    """Weights or filters of PyTorch with our order of axes: (M, K) -> (K, M), (M, C, h, w) -> (h, w, C, M)."""
    return array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T


def theirs_of(array: np.ndarray) -> np.ndarray:
    """The way back, as one piece of memory."""
    return np.ascontiguousarray(array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T)


def modules_of(layer: Layer) -> list[nn.Module]:
    """One layer, and its activation."""
    given = layer.arguments()
    match type(layer).__name__:
        case "Dense":
            linear = nn.Linear(*layer.W.shape, bias=given["bias"])
            return [filled(linear, layer), *activation(given["activation"])]
        case "Conv2D":
            height, width, channels, filters = layer.W.shape
            padding = padding_of(given["padding"], layer.stride, (height, width))
            convolution = nn.Conv2d(channels, filters, (height, width), layer.stride, padding, bias=given["bias"])
            return [filled(convolution, layer), *activation(given["activation"])]
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


def _names(network: Network) -> list[str]:
    """The names of what learns, in PyTorch's order."""
    return [f"{position}.{array}" for position, layer in enumerate(network.layers) for array in _learned(layer)]


def _learned(layer: Layer) -> list[str]:
    """The arrays of a translated layer that learn, in PyTorch's order."""
    match type(layer).__name__:
        case "Dense" | "Conv2D":
            return ["W", "b"] if layer.bias else ["W"]
        case "BatchNorm":
            return ["g"] * layer.scale + ["b"] * layer.shift
    return []


def filled(module: nn.Module, layer: Layer) -> nn.Module:
    """The module with the layer's weights and biases."""
    with torch.no_grad():
        module.weight.copy_(torch.from_numpy(theirs_of(layer.W)))
        if module.bias is not None:
            module.bias.copy_(torch.from_numpy(layer.b.copy()))
    return module


def activation(name: str) -> list[nn.Module]:
    """None for "linear"."""
    if name == "linear":
        return []
    if name not in ACTIVATIONS:
        raise RecipeError(f"the activation {name} is not translated to PyTorch")
    return [ACTIVATIONS[name]()]


def padding_of(padding: str | int, stride: int, size: tuple[int, int]) -> int | tuple[int, int]:
    """PyTorch's number for our word."""
    if padding == "same":
        if stride > 1 or not all(number % 2 for number in size):
            raise RecipeError("padding 'same' is translated to PyTorch for odd filters of stride 1 alone")
        return size[0] // 2, size[1] // 2
    return 0 if padding == "valid" else padding
