"""Faults of the judging: scores that promise too much, and models asked about what they have not learned."""

import html
import re

import numpy as np

import pellucid
from benchmarks.planted.planted import Planted
from benchmarks.planted.runs import array_file, clusters, error_of, prepared
from pellucid.runs.assemble import assemble
from pellucid.runs.results.model import make_classifier
from pellucid.runs.results.outcome import Outcome

QUICK = {"recipe": "digits/faithful", "epochs": 2, "hidden": [16]}


def report(source="digits", **settings):
    """A plant that trains, and reads the report's sentences."""

    def plant(folder):
        run = pellucid.train(source, out=folder / "run", **QUICK | settings)
        return sentences(run.report.read_text(encoding="utf-8"))

    return plant


def sentences(page: str) -> list[str]:
    items = re.findall(r"<li>(.*?)</li>", page, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]*>", "", item)) for item in items]


def noise(folder):
    x, y = clusters(400, 10, 2, 1.0)
    source = array_file(folder, np.random.default_rng(1).standard_normal(x.shape).astype(np.float32), y)
    return report(str(source))(folder)


def by_heart(folder):
    x, y = clusters(300, 30, 3, 6.0)
    settings = {"hidden": [256], "epochs": 60, "input.normalisation": "standard", "input.per": "pixel"}
    return report(str(array_file(folder, x, y)), **settings)(folder)


def model(folder):
    """A model of the digits that has learned nothing yet."""
    ready = prepared()
    make_classifier(ready, assemble(ready), Outcome(scores={}, part="train")).save(folder / "model.safetensors")
    return folder / "model.safetensors"


def altered(folder):
    file = model(folder)
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)
    return error_of(lambda: pellucid.load(file))


def other_range(folder):
    pictures = np.full((1, 8, 8, 1), 255, np.float32)
    return error_of(lambda: pellucid.load(model(folder)).predict(pictures))


def other_classes(folder):
    x = np.zeros((20, 8, 8), np.float32)
    source = array_file(folder, x, np.array(["cat", "dog"] * 10))
    return error_of(lambda: pellucid.evaluate(model(folder), source))


FAULTS = tuple(
    Planted("evaluation", *row)
    for row in (
        ("tested on what it was trained on", "so the score says nothing about new ones", report(test=0.0, validation=0.0), True),
        ("the best epoch chosen by the pictures of the score", "so the score flatters", report(test=0.0, validation=0.2), True),
        ("pictures that have nothing to do with their labels", "cannot be told apart from that", noise, True),
        ("tested on 18 pictures", "The interval is wide", report(test=0.01), True),
        ("a network that has learned by heart", "is overfitting of", by_heart, True),
        ("one bit of the model file changed", "altered", altered),
        ("values from 0 to 255 for a model that learned 0 to 16", "0 to 16", other_range),
        ("pictures of classes that the model does not know", "cat", other_classes),
    )
)
