"""All systems, in the order of their list."""

from pellucid.errors import RecipeError
from pellucid.systems.cats import CATS
from pellucid.systems.cifar3 import CIFAR3
from pellucid.systems.digits import DIGITS
from pellucid.systems.mnist import MNIST
from pellucid.systems.rabbits import RABBITS
from pellucid.systems.system import System

SYSTEMS: tuple[System, ...] = (CATS, RABBITS, MNIST, CIFAR3, DIGITS)


def system(name: str) -> System:
    """The system of that name; RecipeError where there is none."""
    found = {each.name: each for each in SYSTEMS}
    if name not in found:
        raise RecipeError(f"no system {name}; there are {', '.join(found)} (`pellucid reproduce` lists them)")
    return found[name]
