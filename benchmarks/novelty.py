"""Does a model know which pictures are none of its classes?

    python -m benchmarks.novelty                  trains a model on each data set, writes the table in docs/honesty.md
    python -m benchmarks.novelty --minutes 0.1    the same with less training: does it work?
    python -m benchmarks.novelty --only MNIST     that model alone; the others keep their rows
    python -m benchmarks.novelty --write          only the table, from benchmarks/novelty.json

Each model is given the test pictures of all data sets; of rabbits and cats a part of the 1,600 is held back. Of its own
about 1 % should be refused, of the others as many as can be. The data sets lie below the folder PELLUCID_DATA:
rabbits-cats/, mnist/, cifar-10-batches-py/.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

import numpy as np

import pellucid
from benchmarks.honesty import PAGE
from benchmarks.novelty_table import FOUND, HEADING, rows_found, section
from pellucid.images import open_source, read
from pellucid.images.arrays import fitted

MOST = 2000  # pictures of each kind
SOURCES = {"rabbits and cats": "rabbits-cats", "MNIST": "mnist", "CIFAR-10": "cifar-10"}
SETTINGS = {"validation": 0.15, "test": 0.15}  # recipes for records leave them out, but they set the limit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3.0, metavar="M", help="longest training of a model (3)")
    parser.add_argument("--write", action="store_true", help="write the table; train nothing")
    parser.add_argument("--only", choices=SOURCES, metavar="NAME", help=f"one of {', '.join(SOURCES)}")
    options = parser.parse_args()
    if not options.write:
        rows = {row["model"]: row for row in rows_found()} if options.only else {}
        for name in [options.only] if options.only else SOURCES:
            rows[name] = measure(name, options.minutes)
        kept = [rows[name] for name in SOURCES if name in rows]
        FOUND.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page.partition(HEADING)[0].rstrip() + "\n\n" + section(), encoding="utf-8")
    print(section())


def measure(name: str, minutes: float) -> dict:
    """Train on one data set; the shares of the test pictures of each that are refused as "none of these"."""
    with tempfile.TemporaryDirectory() as folder:
        run = pellucid.train(place(name), out=Path(folder, "run"), minutes=minutes, **SETTINGS)
        size = run.model.stat().st_size
    model, refused = run.classifier, {}
    tested = [path for path, part in zip(run.predictions.paths, run.predictions.split, strict=True) if part == "test"]
    for other in SOURCES:
        refused[other] = share(model, read_test(other, model, tested if other == name else []))
    return {
        "model": name,
        "recipe": run.recipe,
        "accuracy": run.accuracy,
        "n_test": run.n_test,
        "known": len(model.novelty.features),
        "features": model.novelty.features.shape[1],
        "bytes": size,
        "novelty_bytes": model.novelty.features.nbytes,
        "refused": refused,
    }


def place(name: str) -> str:
    """The named data set, or a folder beside it."""
    source = SOURCES[name]
    return os.path.join(os.environ["PELLUCID_DATA"], source, "train") if source == "rabbits-cats" else source


def read_test(name: str, model: pellucid.Classifier, tested: list[str]) -> np.ndarray:
    """Test pictures of a data set, (n, *shape of the model's input); of the model's own those that it was `tested` on."""
    source = open_source(place(name))
    if source.images is None:
        dataset = read(source, model.input.shape, fit=model.input.fit)
        rows = [row for row, path in enumerate(dataset.paths) if not tested or path in tested]
        return dataset.images[rows]
    rows = np.flatnonzero(np.asarray(source.split) == "test")
    return fitted(source.images[rows[:: -(-len(rows) // MOST)]], model.input.shape, model.input.fit, source.value_range)


def share(model: pellucid.Classifier, images: np.ndarray) -> dict:
    """How many pictures, and the share of them that is refused."""
    return {"n": len(images), "strange": float(model.decide(images).strange.mean())}


if __name__ == "__main__":
    main()
