"""pellucid: image classifiers you can see through.

    import pellucid

    run = pellucid.train("photos/")                  # a folder with one folder per class
    print(run.accuracy, run.interval, run.report)
    model = pellucid.load(run.model)
    model.predict("new.jpg")                         # array(['cat'], dtype=object)

Names are looked up when they are first used, so that `import pellucid` is quick.
"""

import importlib

__version__ = "0.1.0"

_HOME = {
    "Classifier": "pellucid.classifier",
    "CrossValidation": "pellucid.runs",
    "DataError": "pellucid.errors",
    "Evaluation": "pellucid.runs",
    "Interrupted": "pellucid.errors",
    "ModelFileError": "pellucid.errors",
    "OutputError": "pellucid.errors",
    "PellucidError": "pellucid.errors",
    "Recipe": "pellucid.recipes",
    "RecipeError": "pellucid.errors",
    "Run": "pellucid.runs",
    "TrainingDiverged": "pellucid.errors",
    "cross_validate": "pellucid.runs",
    "evaluate": "pellucid.runs",
    "find_learning_rate": "pellucid.runs",
    "load": "pellucid.classifier",
    "load_recipe": "pellucid.recipes",
    "resume": "pellucid.runs",
    "train": "pellucid.runs",
}

__all__ = sorted(["__version__", *_HOME])  # noqa: PLE0605


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module 'pellucid' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
