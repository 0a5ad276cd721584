"""The network as a table: layers, shapes, parameters, memory, multiply-adds."""

import math


def rows(network) -> list[dict]:
    """One dict a layer: name, equation, out_shape, parameters, memory, multiply_adds.

    memory: bytes of the layer's output for one picture, its parameters and running statistics. multiply_adds: for
    one picture, forward; training takes about three times as many.
    """
    return [_row(network, position) for position in range(len(network.layers))]


def _row(network, position: int) -> dict:
    layer, shape = network.layers[position], network.shapes[position]
    parameters = sum(math.prod(slot.shape) for slot in network.slots if slot.position == position)
    statistics = sum(math.prod(slot.shape) for slot in network.state_slots if slot.position == position)
    return {
        "name": type(layer).__name__,
        "equation": layer.equation(),
        "out_shape": list(shape),
        "parameters": parameters,
        "memory": (math.prod(shape) + parameters + statistics) * network.dtype.itemsize,
        "multiply_adds": layer.multiply_adds(),
    }


def table(network) -> str:
    """`print(network)`: the rows above, aligned, with a total."""
    layers = rows(network)
    total = {key: sum(row[key] for row in layers) for key in ("parameters", "memory", "multiply_adds")}
    head = ("layer", "y", "output", "parameters", "memory", "multiply-adds")
    start = ("Input", "", _shape(network.in_shape), "", "", "")
    end = _cells({"name": "Total", "equation": "", "out_shape": network.out_shape, **total})
    lines = [head, start, *map(_cells, layers), end]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = "─" * (sum(widths) + 2 * len(widths) - 2)
    text = [_aligned(line, widths) for line in lines]
    return "\n".join([text[0], rule, *text[1:-1], rule, text[-1]])


def _cells(row: dict) -> tuple[str, ...]:
    numbers = (f"{row['parameters']:,}", _bytes(row["memory"]), f"{row['multiply_adds']:,}")
    return (row["name"], row["equation"], _shape(row["out_shape"]), *numbers)


def _aligned(line: tuple[str, ...], widths: list[int]) -> str:
    left = [cell.ljust(width) for cell, width in zip(line[:3], widths[:3], strict=True)]
    right = [cell.rjust(width) for cell, width in zip(line[3:], widths[3:], strict=True)]
    return "  ".join(left + right).rstrip()


def _shape(shape) -> str:
    return " × ".join(str(n) for n in shape)


def _bytes(count: int) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.4g} {unit}"
        count /= 1000
    return f"{count:.4g} GB"
