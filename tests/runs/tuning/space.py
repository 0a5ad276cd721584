"""Small recipes to search with."""

from pellucid.recipes import Recipe

SMALL = {
    "optimizer.learning_rate": {"low": 1e-5, "high": 0.1, "log": True},
    "training.batch_size": {"low": 32, "high": 256},
    "network.hidden": {"choices": [[4], [16]]},
}


def recipe_with(space: dict) -> Recipe:
    """A perceptron for the digits with that space."""
    return Recipe(name="small").override({"tune": space, "hidden": [16], "epochs": 6, "batch_size": 64})
