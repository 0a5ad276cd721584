"""The activations by name. Their arithmetic stands in `kernels/reference/activation.py`, each beside its derivative."""

from typing import NamedTuple


class ActivationFunction(NamedTuple):
    """f in y = f(z), and what its derivative is computed from."""

    name: str  # also the name of its kernel; the kernel of its derivative is `<name>_backward`
    equation: str
    derivative: str
    from_input: bool = False  # the derivative needs z; else y is enough, and y may overwrite z


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        ActivationFunction("linear", "f(z) = z", "f'(z) = 1"),
        ActivationFunction("relu", "f(z) = max(z, 0)", "f'(z) = [y > 0]"),
        ActivationFunction("leaky_relu", "f(z) = max(z, 0.01 z)", "f'(z) = 1 where y > 0, else 0.01"),
        ActivationFunction("elu", "f(z) = z where z > 0, else e^z − 1", "f'(z) = 1 where y > 0, else y + 1"),
        ActivationFunction("sigmoid", "f(z) = 1 / (1 + e^−z)", "f'(z) = y (1 − y)"),
        ActivationFunction("tanh", "f(z) = tanh z", "f'(z) = 1 − y²"),
        ActivationFunction("gelu", "f(z) = z (1 + tanh(√(2/π) (z + 0.044715 z³))) / 2", "f'(z) from z", from_input=True),
        ActivationFunction("silu", "f(z) = z σ(z)", "f'(z) = σ (1 + z (1 − σ))", from_input=True),
    )
}


def activation(name: str) -> ActivationFunction:
    """The activation of that name; ValueError names the known ones."""
    if name not in ACTIVATIONS:
        raise ValueError(f"unknown activation {name!r}; expected one of {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]
