"""pellucid: image classifiers you can see through.

    import pellucid

    run = pellucid.train("photos/")                  # a folder with one folder per class
    print(run.accuracy, run.interval, run.report)
    model = pellucid.load(run.model)
    model.predict("new.jpg")                         # array(['cat'], dtype=object)

Names are looked up when they are first used, so that `import pellucid` is quick.
"""

from pellucid.lazy import lazy as _lazy

__version__ = "0.1.0"

_HOME = {
    "Answers": "pellucid.runs",
    "Classifier": "pellucid.classifier",
    "Comparison": "pellucid.evaluation",
    "CrossValidation": "pellucid.runs",
    "DataError": "pellucid.errors",
    "Evaluation": "pellucid.runs",
    "Explanation": "pellucid.runs",
    "Findings": "pellucid.checks",
    "Interrupted": "pellucid.errors",
    "ModelFileError": "pellucid.errors",
    "OutputError": "pellucid.errors",
    "PellucidClassifier": "pellucid.estimators",
    "PellucidError": "pellucid.errors",
    "PellucidRegressor": "pellucid.estimators",
    "PellucidTransformer": "pellucid.estimators",
    "Prediction": "pellucid.runs",
    "Preview": "pellucid.runs",
    "Recipe": "pellucid.recipes",
    "RecipeError": "pellucid.errors",
    "Reproduction": "pellucid.runs",
    "Run": "pellucid.runs",
    "Search": "pellucid.runs",
    "TrainingDiverged": "pellucid.errors",
    "check": "pellucid.runs",
    "compare": "pellucid.runs",
    "cross_validate": "pellucid.runs",
    "evaluate": "pellucid.runs",
    "explain": "pellucid.runs",
    "find_learning_rate": "pellucid.runs",
    "load": "pellucid.classifier",
    "load_recipe": "pellucid.recipes",
    "predict": "pellucid.runs",
    "preview": "pellucid.runs",
    "reproduce": "pellucid.runs",
    "register_ray": "pellucid.estimators",
    "resume": "pellucid.runs",
    "train": "pellucid.runs",
    "tune": "pellucid.runs",
}

__all__ = sorted([*_HOME, "__version__"])
__getattr__, __dir__ = _lazy(__name__, _HOME)
