"""Recipes: TOML files that fix a run completely, and their strict reader."""

from pellucid.recipes.defaults import default_for, default_space
from pellucid.recipes.read import load_recipe, parse_toml, recipe_text, shipped
from pellucid.recipes.recipe import Recipe
from pellucid.recipes.settings import EVERYDAY
from pellucid.recipes.space import Choices, Range, Space

__all__ = [
    "EVERYDAY",
    "Choices",
    "Range",
    "Recipe",
    "Space",
    "default_for",
    "default_space",
    "load_recipe",
    "parse_toml",
    "recipe_text",
    "shipped",
]
