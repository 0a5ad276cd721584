"""Results of runs that never were: the files that findings read, with known numbers in them."""

import json

import numpy as np

from pellucid.evaluation import score
from pellucid.systems import Trained


def made(folder, variant, seed=0, *, labels, answers, classes, losses=(1.0,), validation=(), sure=0.9, **facts):
    """A run whose test pictures `labels` were answered with `answers`, each with probability `sure`."""
    run = folder / variant / f"seed-{seed}"
    run.mkdir(parents=True)
    found = np.full((len(labels), len(classes)), (1 - sure) / (len(classes) - 1))
    found[np.arange(len(labels)), answers] = sure
    scores = score(np.array(labels), found, tuple(classes), 0.5)
    (run / "scores.json").write_text(json.dumps({"test": scores.to_json()}))
    rows = [f"digits[{n}],{classes[label]},{classes[said]},{sure},test" for n, (label, said) in enumerate(zip(labels, answers))]
    (run / "predictions.csv").write_text("\n".join(["path,label,predicted,probability,split", *rows]) + "\n")
    watched = [*validation, *[None] * (len(losses) - len(validation))]
    lines = [json.dumps({"loss": loss, "validation_loss": held_back}) for loss, held_back in zip(losses, watched)]
    (run / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    known = {"part": "test", "n": len(labels), "loss": 0.5, "train_accuracy": 1.0, "train_loss": 0.001, "seconds": 2.0}
    known |= {"epochs": len(losses), "parameters": 10, "accuracy": scores.accuracy}
    return Trained(variant=variant, seed=seed, folder=run, **known | facts)
