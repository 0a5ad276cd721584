"""A recipe: everything that fixes a run, in seven tables."""

from collections.abc import Mapping
from typing import Any

import tomli_w
from pydantic import Field, ValidationError

from pellucid.errors import RecipeError
from pellucid.recipes.kinds import Section, Text
from pellucid.recipes.problems import explain
from pellucid.recipes.sections import Data, Input, Loss, Network, Optimizer, Schedule, Training
from pellucid.recipes.settings import dotted


class Recipe(Section):
    """What to train on which pictures, and how. `Recipe()` holds the defaults.

    Recipes are read by `load_recipe(name_or_path)` or `Recipe.parse(tables)`, changed by `override` (which returns
    another recipe) and written by `to_toml`; reading back what was written gives an equal recipe.
    """

    name: Text = Field("", description="a short name")
    description: Text = Field("", description="one line for `pellucid recipes`")
    data: Data = Data()
    input: Input = Input()
    network: Network = Network()
    loss: Loss = Loss()
    optimizer: Optimizer = Optimizer()
    schedule: Schedule = Schedule()
    training: Training = Training()

    def model_post_init(self, context) -> None:
        if self.network.output_activation != "linear" and self.loss.name != "mean_squared_error":
            raise RecipeError(
                f'network.output_activation is "{self.network.output_activation}", but {self.loss.name} works on '
                'linear outputs and applies its own; set it to "linear"'
            )
        if self.optimizer.name == "lbfgs":
            self._check_lbfgs()

    def _check_lbfgs(self) -> None:
        """L-BFGS compares losses along a line: every evaluation must see the same function."""
        dropout = self.network.dropout
        rates = [layer.rate for layer in self.network.layers if layer.type == "Dropout"]
        rates += dropout if isinstance(dropout, tuple) else [dropout]
        for key, value, wanted in (
            ("training.batch_size", self.training.batch_size, 0),
            ("network.dropout", max(rates, default=0), 0),
            ("schedule.name", self.schedule.name, "constant"),
        ):
            if value != wanted:
                raise RecipeError(
                    f"optimizer.name = lbfgs works on all training pictures at once, with a fixed function; "
                    f"set {key} = {wanted} (it is {value})"
                )

    @classmethod
    def parse(cls, tables: Mapping[str, Any], origin: str = "") -> "Recipe":
        """A recipe from nested dictionaries, as `tomllib` gives them.

        Raises RecipeError, one line that starts with `origin`: an unknown key, a wrong type or range, a contradiction.
        """
        try:
            return cls.model_validate(tables)
        except ValidationError as error:
            raise RecipeError(origin + explain(error, tables, cls)) from error
        except RecipeError as error:
            raise RecipeError(f"{origin}{error}") from error

    def override(self, settings: Mapping[str, Any]) -> "Recipe":
        """The same recipe with some keys changed: `recipe.override({"epochs": 20, "loss.l2": 1e-4})`.

        Keys are everyday names (see EVERYDAY) or dotted ones. Text is read as TOML where the key takes that, and left as
        text otherwise; lists may be written with commas alone: "128,64". Raises RecipeError as `parse` does.
        """
        tables = self.tables()
        for key, value in dotted(settings, type(self)).items():
            section, _, name = key.rpartition(".")
            if key == "network.layers" and value:
                for short in ("hidden", "activation", "dropout"):
                    tables["network"].pop(short, None)
            (tables[section] if section else tables)[name] = value
        return self.parse(tables)

    def tables(self) -> dict[str, Any]:
        """Every key with its value, as nested dictionaries (`hidden`, ... or `layers` of the network)."""
        tables = self.model_dump()
        left_out = ("hidden", "activation", "dropout") if self.network.layers else ("layers",)
        for key in left_out:
            del tables["network"][key]
        return tables

    def to_toml(self) -> str:
        """The complete recipe as TOML text."""
        return tomli_w.dumps(self.tables())
