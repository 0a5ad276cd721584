"""What a model sees in one picture: a page, and PNG files."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pellucid import explanation
from pellucid.classifier import Classifier, probabilities
from pellucid.errors import DataError, RecipeError
from pellucid.explanation.explained import Explained
from pellucid.files import atomic_write
from pellucid.nn import Network
from pellucid.optim import SGD, Penalty, Update
from pellucid.recipes import Recipe
from pellucid.runs.assemble import build_update
from pellucid.runs.evaluation import recipe_of, training_loss
from pellucid.runs.explanation.neighbours import neighbours_of
from pellucid.runs.explanation.subject import Subject, subject_of
from pellucid.runs.folder import check_free, new_folder
from pellucid.runs.progress import Silent
from pellucid.words import percent, plain


@dataclass(frozen=True, eq=False, kw_only=True)
class Explanation:
    """What was found, and where it was written."""

    found: Explained = field(repr=False)
    folder: Path
    page: Path
    figures: tuple[Path, ...]

    def to_json(self) -> dict:
        """What `pellucid explain --json` prints."""
        return {**self.found.to_json(), "folder": str(self.folder), "page": str(self.page), "figures": list(map(str, self.figures))}


def explain(
    model: str | Path | Classifier,
    picture: str | Path,
    out: str | Path | None = None,
    *,
    target: str | None = None,
    label: str | None = None,
    training: str | Path | None = None,
    weight: str | None = None,
    progress: Silent | None = None,
) -> Explanation:
    """Explain what `model` answers for one picture, on a page and in PNG files.

    picture: a file, or a row of a source by the name that `predictions.csv` gives it, "digits[17]". out: a folder that is
    empty or does not exist; None makes explain-<n>. target: the class that is explained, None: the answer. label: the true
    class, for the loss; None: that of the source, or the answer. training: where to look for similar training pictures;
    None: where the model says that it was trained. weight: "1.W[3,5]", whose update is followed.

    Errors: DataError for a picture that cannot be read, RecipeError for a class or weight that there is not, ModelFileError,
    OutputError; nothing is written then.
    """
    from pellucid import report

    progress = progress or Silent()
    place = Path("model") if isinstance(model, Classifier) else Path(model)
    classifier = model if isinstance(model, Classifier) else Classifier.load(model)
    check_free(out)
    found = explained(
        classifier, picture, model=str(place), target=target, label=label, training=training, weight=weight, progress=progress
    )
    page, drawings = report.render_explanation(found), report.explanation_figures(found)
    folder = new_folder(out, Path(), "explain")
    figures = tuple(folder / f"{name}.png" for name in drawings)
    for path, drawing in zip(figures, drawings.values()):
        atomic_write(path, drawing)
    atomic_write(folder / "explanation.html", page)
    return Explanation(found=found, folder=folder, page=folder / "explanation.html", figures=figures)


@np.errstate(all="ignore")  # small products of OpenBLAS look at memory beyond the matrix, and may flag what lies there
def explained(
    classifier: Classifier,
    picture: str | Path,
    *,
    model: str = "",
    target: str | None = None,
    label: str | None = None,
    training: str | Path | None = None,
    weight: str | None = None,
    progress: Silent | None = None,
) -> Explained:
    """The same without a page: nothing is written. Arguments and errors as `explain`."""
    progress = progress or Silent()
    _check_explainable(classifier)
    recipe = recipe_of(classifier)
    shown = subject_of(classifier, picture, recipe)
    decisions = classifier.decide(shown.values)
    p = decisions.probabilities[0]
    answer = int(p.argmax())
    wanted = _class(target, classifier) if target else answer
    true, label_from = _label(label, shown, answer, classifier)
    walk = _walk(classifier, recipe, shown, true, weight)
    progress.say(f"explaining {shown.name}: {classifier.classes[answer]}, {plain(percent(p[answer]))}")
    neighbours, neighbours_from = neighbours_of(classifier, recipe, shown, training, progress)
    return Explained(
        picture=shown.name,
        pixels=shown.pixels,
        original=shown.original,
        original_size=shown.original_size,
        classes=classifier.classes,
        probabilities=p,
        answer=decisions.labels[0],
        refused=str(decisions.refused[0]),
        target=wanted,
        label=true,
        label_from=label_from,
        model=model,
        trained_on=str(classifier.provenance.get("source", "")),
        parameters=classifier.network.parameters,
        **_maps(classifier, walk.x[np.newaxis], wanted),
        first_layer=explanation.first_layer(classifier.network),
        neighbours=neighbours,
        neighbours_from=neighbours_from,
        walk=walk,
        learning=_learning(recipe),
        notes=_notes(classifier),
    )


def _check_explainable(classifier: Classifier) -> None:
    if not classifier.classes:
        raise DataError("this model is an autoencoder and names no class to explain; explanation.walk in Python follows its layers")
    if not classifier.input.is_pictures:
        raise DataError(f"this model takes rows of {classifier.input.shape[0]} numbers, and only pictures can be explained")


def _maps(classifier: Classifier, x: np.ndarray, target: int) -> dict:
    """Which pixels of x (1, H, W, C) count for a class, in four ways."""
    network = classifier.network
    covered = explanation.occlusion(network, x, target)
    return {
        "gradient": explanation.input_gradient(network, x, target)[0],
        "integrated": explanation.integrated_gradients(network, x, target),
        "grad_cam": explanation.grad_cam(network, x, target) if explanation.last_convolution(network) is not None else None,
        "occlusion": covered,
        "covered_probability": _covered_probability(classifier, x, covered, target),
    }


def _class(name: str, classifier: Classifier) -> int:
    if name not in classifier.classes:
        raise RecipeError(f"the model has no class {name}; it has {', '.join(classifier.classes)}")
    return classifier.classes.index(name)


def _label(given: str | None, shown: Subject, answer: int, classifier: Classifier) -> tuple[int, str]:
    if given:
        return _class(given, classifier), "as given"
    if shown.label is not None:
        return shown.label, "as the source says"
    return answer, "the answer itself, for the true class was not given (--label)"


def _walk(classifier: Classifier, recipe: Recipe | None, shown: Subject, label: int, weight: str | None) -> explanation.Walk:
    def make_update(network: Network) -> Update:
        update = build_update(recipe, network, Penalty(recipe.loss.l1, recipe.loss.l2)) if recipe else None
        return update or Update(SGD(network))

    rate = recipe.optimizer.learning_rate if recipe and recipe.optimizer.name != "lbfgs" else 0.01
    x = classifier.input.prepare(shown.values)[0].astype(classifier.network.dtype)
    settings = {"weight": weight, "make_update": make_update, "learning_rate": rate}
    return explanation.walk(classifier.network, x, label, training_loss(classifier), **settings)


def _learning(recipe: Recipe | None) -> str:
    if recipe is None:
        return "The model does not say how it was trained, so gradient descent with the learning rate 0.01 is shown."
    if recipe.optimizer.name == "lbfgs":
        return "The model was trained by L-BFGS, which needs all pictures; gradient descent with the learning rate 0.01 is shown."
    return (
        "Loss, optimiser and learning rate are those that the model was trained with. The optimiser begins anew, as in the first "
        "step of a training."
    )


def _notes(classifier: Classifier) -> tuple[str, ...]:
    """What lies between the outputs of the walk and the answer."""
    found = []
    if classifier.views != "none":
        found.append("The answer is averaged over several views of the picture; maps and walk follow the picture itself.")
    if classifier.temperature != 1:
        found.append(
            f"For the answer, outputs are divided by the temperature {classifier.temperature:.2f}, fitted after training; "
            "the walk shows outputs and loss without it, as in training."
        )
    return tuple(found)


def _covered_probability(classifier: Classifier, x: np.ndarray, covered: explanation.Occlusion, target: int) -> float:
    (top, left), (height, width) = covered.strongest, covered.size
    x = x.copy()
    x[:, top : top + height, left : left + width] = 0
    outputs = classifier.network.replica().forward(x)
    return float(probabilities(outputs, classifier.link, classifier.temperature)[0, target])
