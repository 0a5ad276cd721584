"""Recipes: TOML files that fix a run completely, and their strict reader."""

from pellucid.recipes.defaults import default_for
from pellucid.recipes.read import load_recipe, parse_toml, recipe_text, shipped
from pellucid.recipes.recipe import Recipe
from pellucid.recipes.settings import EVERYDAY

__all__ = ["EVERYDAY", "Recipe", "default_for", "load_recipe", "parse_toml", "recipe_text", "shipped"]
