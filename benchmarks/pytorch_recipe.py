"""A recipe trained by PyTorch instead of pellucid: the same pictures in the same batches, the same first weights.

    python -m benchmarks.pytorch_recipe mnist --recipe mnist-cnn --seed 0

Prints an object with recipe, accuracy, n_test and seconds of training, the assembly of batches included, which is
pellucid's in both. PyTorch runs eagerly with channels_last and fused optimisers. What a recipe asks for and is not
translated (`pellucid.pytorch`) is an error (exit status 2).
"""

import argparse
import json
import sys
import time

from pellucid.errors import PellucidError
from pellucid.images import Batches
from pellucid.pytorch import check, learn, measured, module_of
from pellucid.runs.assemble import assemble
from pellucid.runs.prepare import prepare
from pellucid.runs.progress import Silent


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("--recipe")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        print(json.dumps(train(options.source, options.recipe, seed=options.seed)))
    except PellucidError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def train(source: str, recipe: str | None, **overrides) -> dict:
    """Train as the recipe says; the score on its test part."""
    prepared = prepare(source, recipe, overrides, Silent())
    check(prepared.recipe)
    parts = assemble(prepared)
    module = module_of(parts.network)
    begun = time.perf_counter()
    for _ in learn(module, parts.recipe, parts.batches, parts.schedule, parts.validation):
        pass
    seconds = time.perf_counter() - begun
    dataset, test = prepared.dataset, prepared.split.test
    _, hits = measured(module, parts.recipe, Batches(dataset.images, dataset.labels, test, prepared.spec, 1024))
    return {"recipe": prepared.recipe.name, "accuracy": hits / len(test), "n_test": len(test), "seconds": seconds}


if __name__ == "__main__":
    main()
