"""A made-up run to report on: pictures, answers, epochs, all from a seed."""

from dataclasses import replace

import numpy as np
import pytest

from pellucid.evaluation import Predictions, most_common_class, score
from pellucid.report import DataFacts, Formula, InputFacts, ReportData, gallery, samples, thumbnail

LAYERS = [
    {
        "name": "Dense",
        "equation": "y = relu(x W + b)",
        "out_shape": [16],
        "parameters": 1040,
        "memory": 4224,
        "multiply_adds": 1024,
    },
    {
        "name": "Dense",
        "equation": "y = x W + b",
        "out_shape": [3],
        "parameters": 51,
        "memory": 216,
        "multiply_adds": 48,
    },
]


def epochs(n, validation=True):
    """n lines of metrics.jsonl: loss falls from 2, accuracy rises."""
    return [
        {
            "number": number,
            "loss": 2 * 0.8**number,
            "accuracy": 1 - 0.7 * 0.8**number,
            "validation_loss": 2 * 0.8**number + 0.1 if validation else None,
            "validation_accuracy": 0.9 - 0.6 * 0.8**number if validation else None,
        }
        for number in range(n)
    ]


@pytest.fixture
def make_report():
    """`make_report(classes=..., shape=..., parts=..., right=..., paths=..., **fields of ReportData)`."""

    def make(
        classes=("ape", "bee", "cat"),
        shape=(8, 8, 1),
        parts=("train", "validation", "test"),
        right=0.8,
        path="",
        n=90,
        **fields,
    ):
        rng = np.random.default_rng(7)
        k = len(classes)
        labels = np.arange(n) % k
        split = np.array(parts)[np.arange(n) // k % len(parts)]
        answers = np.where(rng.random(n) < right, labels, (labels + 1) % k)
        probabilities = 0.1 * rng.dirichlet(np.ones(k), n) + 0.9 * np.eye(k)[answers]
        images = rng.integers(0, 256, (n, *shape)).astype(np.uint8 if len(shape) == 3 else np.float32)
        paths = tuple(f"{path}{row}.png" for row in range(n))

        def show(row):
            return thumbnail(images[row]) if len(shape) == 3 else None

        common = most_common_class(labels[split == parts[0]], k)
        scores = {
            p: score(labels[split == p], probabilities[split == p], classes, 0.5, most_common=common) for p in parts
        }
        if fields.get("folds"):
            scores["cross-validation"] = score(labels, probabilities, classes, 0.5, most_common=common)
        part = next(p for p in ("test", "validation", "train") if p in parts)
        predictions = Predictions(paths, labels, probabilities, split, classes)
        counts = {p: {c: int(((split == p) & (labels == i)).sum()) for i, c in enumerate(classes)} for p in parts}
        data = ReportData(
            title="animals",
            data=DataFacts(
                name="animals",
                location="photos/animals",
                classes=classes,
                label_rule="one folder per class",
                counts=counts,
                sizes={(300, 200): n - 1, (40, 30): 1},
                formats={"JPEG": n},
            ),
            input=InputFacts(shape=shape, fit="stretch", normalisation="unit"),
            layers=LAYERS,
            loss=Formula("softmax_cross_entropy", "l = −Σₖ qₖ log pₖ,  p = softmax(z)"),
            optimizer=Formula("adam", "θ ← θ − η m̂ / (√v̂ + ε)", "learning rate 0.001"),
            schedule=Formula("cosine"),
            epochs=epochs(12, "validation" in parts),
            scores=scores,
            part=part,
            config="[training]\nepochs = 12\n",
            created="1 May 2030, 12:00",
            seconds=3.2,
            samples=samples(labels, classes, paths, show) if len(shape) == 3 else {},
            gallery=gallery(predictions, part, show),
            first_layer=rng.normal(size=(*shape, 16)) if len(shape) == 3 else None,
            versions={"pellucid": "0.1.0"},
        )
        return replace(data, **fields)

    return make
