"""Which variants of a system are trained, on what, how often, and by which command each can be repeated."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pellucid.errors import DataError, RecipeError
from pellucid.images.named import NAMES
from pellucid.recipes import Recipe, load_recipe
from pellucid.systems import System, Variant

PICTURES = 200  # of each data set, in --quick
STEPS, EPOCHS = 50, 2  # of --quick, where a step sees all pictures, and where it sees a batch
FOLDS = 2


@dataclass(frozen=True)
class Plan:
    """The work of one `reproduce`. location: the pictures of the system. seeds: at most so many; None: each variant's own."""

    system: System
    location: str
    variants: tuple[Variant, ...]  # a donor before those that start from it
    seeds: int | None = None
    quick: bool = False
    start_from: str = ""  # a model file in place of the donors

    @classmethod
    def of(
        cls,
        system: System,
        source: str | Path | None,
        names: Sequence[str],
        seeds: int | None,
        *,
        quick: bool,
        start_from: str | Path | None,
    ) -> "Plan":
        """The plan for some variants by name, or for all. RecipeError for a name that is none, DataError without pictures."""
        chosen = {system.variant(name).name for name in names} or {variant.name for variant in system.variants}
        donors = {system.variant(name).donor for name in chosen} - {""}
        if start_from:
            chosen -= donors - set(names)
        else:
            chosen |= donors
        variants = tuple(variant for variant in system.variants if variant.name in chosen)
        if seeds is not None and seeds < 1:
            raise RecipeError(f"--seeds is {seeds}; expected a whole number of at least 1")
        return cls(system, located(system, source), variants, seeds, quick, str(start_from or ""))

    def runs(self) -> Iterator[tuple[Variant, int]]:
        """Every variant with seed 0, then with seed 1 ..."""
        for seed in range(max(map(self.count, self.variants))):
            yield from ((variant, seed) for variant in self.variants if seed < self.count(variant))

    def count(self, variant: Variant) -> int:
        """How many seeds a variant is trained with."""
        return 1 if self.quick else min(variant.seeds, self.seeds or variant.seeds)

    @property
    def most(self) -> int:
        """Pictures taken of each data set; 0: all."""
        return PICTURES if self.quick else 0

    def source_of(self, variant: Variant) -> str:
        """What a variant is trained on, before its stage."""
        return variant.source or self.location or self.recipe(variant).data.source

    def recipe_name(self, variant: Variant) -> str:
        return f"{self.system.name}/{variant.twin_of or variant.name}"

    def recipe(self, variant: Variant) -> Recipe:
        return load_recipe(self.recipe_name(variant))

    def settings(self, variant: Variant, seed: int) -> dict[str, Any]:
        """What is laid over the recipe of a variant."""
        settings: dict[str, Any] = {"training.seed": seed}
        if not self.quick:
            return settings
        training = self.recipe(variant).training
        planned = EPOCHS if training.batch_size else STEPS
        settings["training.epochs"] = planned if training.epochs == "auto" else min(training.epochs, planned)
        if training.folds:
            settings["training.folds"] = FOLDS
        return settings | dict(variant.quick)

    def command(self, variant: Variant, source: str, donor: str = "") -> list[str]:
        """The words of the command that trains a variant alone; for --quick there is none that takes few pictures."""
        if variant.twin_of:
            return ["pellucid", "reproduce", self.system.name, "--variants", variant.name, "--seeds", "N"]
        words = ["pellucid", "train", source, "--recipe", self.recipe_name(variant), "--seed", "N"]
        return words + (["--from", donor] if donor else [])


def located(system: System, source: str | Path | None) -> str:
    """The pictures of a system: those given, the data set of that name, or its folder below PELLUCID_DATA. DataError: absent."""
    top, _, inside = system.source.partition("/")
    if source is not None:
        within = Path(source) / inside
        return str(within) if inside and within.is_dir() else str(source)
    if system.source in NAMES or not system.source:  # "": each recipe names its own
        return system.source
    data = os.environ.get("PELLUCID_DATA")
    folder = Path(data or ".").expanduser() / system.source
    if data and folder.is_dir():
        return str(folder)
    looked = f"{folder} is not there" if data else "PELLUCID_DATA is not set"
    raise DataError(
        f"no pictures for {system.name} ({looked}): give their folder, as in `pellucid reproduce {system.name} FOLDER`, or put it "
        f"as {top} below the folder PELLUCID_DATA; {system.lacking}"
    )
