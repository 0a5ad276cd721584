"""What a model file holds, inside the sealed container: a network, what goes into it, and what its outputs mean.

The tensors are the parameters by layer ("1.W") where the pictures are standardised "input.mean" and "input.std",
and where strange pictures are refused "novelty.features".
The header is

    network      {"in_shape": [8, 8, 1], "dtype": "float32", "layers": [{"type": "Flatten"}, ...]}
    input        size, channels, fit, value range, normalisation (see `InputSpec`)
    classes      their names, in the order of the outputs
    link         "softmax", "sigmoid" or "none": from outputs to probabilities; "picture": the outputs are pixels, no classes
    temperature  divides the outputs before the link
    threshold    the least probability that counts as an answer, or null
    novelty      how far from the training pictures a picture may lie (see `Novelty`), or null; what the layers see of these
                 is the tensor "novelty.features" (since version 3; there the last dense layer alone)
    views        "none", "shift", "flip" or "flip+shift": the views of a picture that outputs are averaged over (since version 2)
    provenance   where the model comes from: hashes of data, labels and split; configuration; versions
    scores       what it scored, part by part
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pellucid import container, kernels
from pellucid.errors import ModelFileError, PellucidError
from pellucid.images.input_spec import InputSpec
from pellucid.nn import Layer, Network
from pellucid.refusal import Novelty

_INPUT, _NOVELTY = "input.", "novelty."  # before the names of their tensors
_PLAIN = ("link", "temperature", "threshold", "views", "provenance", "scores")  # stored as they are


def _from_1_to_2(header: dict) -> dict:
    """Until then, each picture was answered from one view."""
    return header | {"views": "none"}


def _from_2_to_3(header: dict) -> dict:
    """Until then, no picture was too strange to be answered."""
    return header | {"novelty": None}


def _from_3_to_4(header: dict) -> dict:
    """Until then, the last dense layer alone told what is strange."""
    if header["novelty"] is None:
        return header
    layers = [layer["type"] for layer in header["network"]["layers"]]
    last = max((position for position, name in enumerate(layers) if name == "Dense"), default=len(layers) - 1)
    return header | {"novelty": header["novelty"] | {"layers": [last], "widths": None, "radii": [1.0]}}


MIGRATIONS = {1: _from_1_to_2, 2: _from_2_to_3, 3: _from_3_to_4}


def write_model(path: str | Path, parts: Mapping) -> None:
    """Write the fields of a classifier, {"network": Network, "input": InputSpec, "classes": ..., ...}, to `path`.

    Errors: OutputError where the disk refuses, TypeError where provenance or scores are not JSON-able.
    """
    network, spec, novelty = parts["network"], parts["input"], parts["novelty"]
    header = {
        "network": {
            "in_shape": network.in_shape,
            "dtype": network.dtype.name,
            "layers": network.specification(),
        },
        "input": spec.to_json(),
        "classes": parts["classes"],
        "novelty": novelty.to_json() if novelty else None,
    }
    tensors = network.tensors() | _prefixed(_INPUT, spec) | (_prefixed(_NOVELTY, novelty) if novelty else {})
    container.write(path, "model", tensors, header | {name: parts[name] for name in _PLAIN})


def read_model(path: str | Path, custom: Mapping[str, type[Layer]] | None = None) -> dict:
    """The fields that `write_model` was given. Users' own layers come in `custom`, by name.

    Errors: ModelFileError, one line, for a file that is no whole model of a known version, or needs a layer that is
    neither shipped nor in `custom`.
    """
    tensors, header = container.read(path, "model", MIGRATIONS)
    try:
        arrays, known = _taken(_INPUT, tensors), _taken(_NOVELTY, tensors)
        parts = {name: header[name] for name in _PLAIN}
        parts["classes"] = tuple(header["classes"])
        parts["input"] = _input(header["input"], arrays)
        parts["novelty"] = Novelty.from_json(header["novelty"], known) if header["novelty"] else None
        parts["network"] = _network(header["network"], tensors, custom)
    except KeyError as error:
        raise ModelFileError(f"{path} does not describe a model: it lacks {error}") from error
    except (ValueError, TypeError, AttributeError, ArithmeticError, MemoryError, PellucidError) as error:
        raise ModelFileError(f"{path} does not describe a model: {error}") from error
    return parts


def _prefixed(prefix: str, part: InputSpec | Novelty) -> dict[str, np.ndarray]:
    return {prefix + name: array for name, array in part.tensors().items()}


def _taken(prefix: str, tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The tensors whose names begin so, without that beginning; they are taken out of `tensors`."""
    return {name.removeprefix(prefix): tensors.pop(name) for name in list(tensors) if name.startswith(prefix)}


def _input(entry: Mapping, arrays: Mapping[str, np.ndarray]) -> InputSpec:
    spec = InputSpec.from_json(entry, arrays)
    picture = np.zeros((1, *spec.shape), np.float32)
    spec.normalise(picture, picture)  # fails where mean and std do not fit the shape
    return spec


def _network(entry: Mapping, tensors: Mapping[str, np.ndarray], custom: Mapping[str, type[Layer]] | None) -> Network:
    layers, in_shape, dtype = entry["layers"], tuple(entry["in_shape"]), entry["dtype"]
    # The reference kernels: one prediction is done before Numba is loaded. The classifier takes others for large requests.
    network = Network.from_specification(layers, in_shape, custom=custom, dtype=dtype, kernels=kernels.reference)
    places = network.tensors()
    expected = {name: (place.dtype.name, place.shape) for name, place in places.items()}
    found = {name: (tensor.dtype.name, tensor.shape) for name, tensor in tensors.items()}
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            came, wanted = found.get(name, "missing"), expected.get(name, "none")
            raise ValueError(f"tensor {name} is {came}, the layers expect {wanted}")
    for name, place in places.items():
        place[...] = tensors[name]
    return network
