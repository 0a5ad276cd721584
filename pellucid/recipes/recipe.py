"""A recipe: everything that fixes a run, table by table."""

from collections.abc import Collection, Mapping
from typing import Any

import tomli_w
from pydantic import Field, ValidationError, field_validator

from pellucid.errors import RecipeError
from pellucid.recipes.kinds import Section, Text
from pellucid.recipes.problems import explain
from pellucid.recipes.sections import (
    AUTOENCODERS,
    KEYS,
    START,
    Answers,
    Augment,
    Data,
    Faults,
    Input,
    Loss,
    Network,
    Optimizer,
    Schedule,
    Training,
    Transfer,
)
from pellucid.recipes.settings import dotted
from pellucid.recipes.space import Space, read_space


class Recipe(Section):
    """What to train on which pictures, and how. `Recipe()` holds the defaults.

    Recipes are read by `load_recipe(name_or_path)` or `Recipe.parse(tables)`, changed by `override` (which returns
    another recipe) and written by `to_toml`; reading back what was written gives an equal recipe.
    """

    name: Text = Field("", description="a short name")
    description: Text = Field("", description="one line for `pellucid recipes`")
    data: Data = Data()
    input: Input = Input()
    augment: Augment = Augment()
    network: Network = Network()
    transfer: Transfer = Transfer()
    loss: Loss = Loss()
    optimizer: Optimizer = Optimizer()
    schedule: Schedule = Schedule()
    training: Training = Training()
    answers: Answers = Answers()
    faults: Faults = Faults()
    tune: Space = Field({}, description="what `pellucid tune` may change")

    @field_validator("tune", mode="before")
    @classmethod
    def _read_space(cls, table: Any) -> Space:
        return read_space(table, cls)

    def model_post_init(self, context) -> None:
        if self.transfer.model and self.faults != Faults():
            raise RecipeError("[faults] are those of a whole backward pass; leave them out, or transfer.model")
        plain = (self.optimizer.name, self.schedule.name, self.schedule.warmup_epochs) == ("sgd", "constant", 0)
        if self.faults.updated_weights and not plain:
            raise RecipeError(
                'faults.updated_weights is a fault of plain gradient descent; set optimizer.name to "sgd" and schedule.name to '
                '"constant", without warm-up'
            )
        if self.loss.name == "reconstruction":
            self._check_reconstruction()
        elif self.network.preset in AUTOENCODERS and not self.network.layers:
            raise RecipeError(
                f'network.preset = "{self.network.preset}" gives back pictures, but {self.loss.name} needs a score for each '
                'class; set loss.name to "reconstruction", or take another preset'
            )
        elif self.network.output_activation != "linear" and self.loss.name != "mean_squared_error":
            raise RecipeError(
                f'network.output_activation is "{self.network.output_activation}", but {self.loss.name} works on '
                'linear outputs and applies its own; set it to "linear"'
            )

    def _check_reconstruction(self) -> None:
        """What goes with a network that gives back its input: RecipeError names the first setting that does not."""
        wrong = {
            'input.normalisation = "unit", which outputs from 0 to 1 can reach': self.input.normalisation != "unit",
            "training.folds = 0: folds score the naming of classes": self.training.folds or self.training.final,
            "training.learning_curve = false: it counts the naming of classes": self.training.learning_curve,
            'augment.views = "none": a picture has one reconstruction': self.augment.views != "none",
            "no transfer.model": self.transfer.model,
            "answers.abstain_at_risk = 0: there are no answers to be unsure of": self.answers.abstain_at_risk,
        }
        for expected, violated in wrong.items():
            if violated:
                raise RecipeError(f'loss.name = "reconstruction" goes with {expected}')

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

        Keys are everyday names (see EVERYDAY) or dotted ones. Text is read as TOML where the key takes that, else left
        as text; lists may be written with commas alone: "128,64". Raises RecipeError as `parse` does.
        """
        tables, changes = self.tables(), dotted(settings, type(self))
        if "network.hidden" in changes and "network.layers" not in changes:
            changes.setdefault("network.preset", "mlp")  # of all presets it alone has hidden layers to describe
        if changes.get("network.layers"):
            tables["network"] = _only(tables["network"], START)
        elif "network.preset" in changes:
            tables["network"] = _only(tables["network"], KEYS.get(str(changes["network.preset"]), ()))
        for key, value in changes.items():
            section, _, name = key.rpartition(".")
            (tables.setdefault(section, {}) if section else tables)[name] = value
        return self.parse(tables)

    def tables(self) -> dict[str, Any]:
        """Every key with its value, as nested dictionaries; of the network those that describe it.

        [faults] and [tune] where there is anything in them.
        """
        unsaid = {name for name, empty in (("faults", self.faults == Faults()), ("tune", not self.tune)) if empty}
        tables = self.model_dump(exclude_none=True, exclude=unsaid)
        tables["network"] = _only(tables["network"], self.network.described_by)
        return tables

    def to_toml(self) -> str:
        """The complete recipe as TOML text."""
        return tomli_w.dumps(self.tables())


def _only(table: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key in keys}
