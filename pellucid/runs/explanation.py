"""What a model sees in one picture: a page, and PNG files."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pellucid import explanation
from pellucid.classifier import Classifier, probabilities
from pellucid.errors import DataError, RecipeError
from pellucid.explanation.explained import Explained, Neighbour
from pellucid.files import atomic_write
from pellucid.images import Dataset, open_source, read
from pellucid.images.decode import decode_with_header
from pellucid.nn import Network
from pellucid.optim import SGD, Penalty, Update
from pellucid.recipes import Recipe
from pellucid.runs.assemble import build_update
from pellucid.runs.evaluation import in_model_range, parts_of, recipe_of, training_loss
from pellucid.runs.folder import check_free, new_folder
from pellucid.runs.prepare import files_behind, labelling
from pellucid.runs.progress import Silent

NEIGHBOURS = 8
MOST_FEATURES = 5000  # training pictures that are looked through, spread evenly over the training part
_ORIGINAL = 400  # pixels of the longer side, as the page shows it
_ROW = re.compile(r"(?P<source>.+)\[(?P<row>\d+)\]")  # "digits[17]", as in predictions.csv


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
    if not classifier.classes:
        raise DataError("this model is an autoencoder and names no class to explain; explanation.walk in Python follows its layers")
    if not classifier.input.is_pictures:
        raise DataError(f"this model takes rows of {classifier.input.shape[0]} numbers, and only pictures can be explained")
    recipe = recipe_of(classifier)
    shown = _picture(classifier, picture, recipe)
    decisions = classifier.decide(shown.values)
    p = decisions.probabilities[0]
    answer = int(p.argmax())
    wanted = _class(target, classifier) if target else answer
    true, label_from = _label(label, shown, answer, classifier)
    walk = _walk(classifier, recipe, shown, true, weight)
    network, x = classifier.network, walk.x[np.newaxis]
    progress.say(f"explaining {shown.name}: {classifier.classes[answer]}, {p[answer]:.1%}")
    cam = explanation.grad_cam(network, x, wanted) if explanation.last_convolution(network) is not None else None
    covered = explanation.occlusion(network, x, wanted)
    neighbours, neighbours_from = _neighbours(classifier, recipe, shown, training, progress)
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
        parameters=network.parameters,
        gradient=explanation.input_gradient(network, x, wanted)[0],
        integrated=explanation.integrated_gradients(network, x, wanted),
        grad_cam=cam,
        occlusion=covered,
        covered_probability=_covered_probability(classifier, x, covered, wanted),
        first_layer=explanation.first_layer(network),
        neighbours=neighbours,
        neighbours_from=neighbours_from,
        walk=walk,
        learning=_learning(recipe),
        notes=_notes(classifier),
    )


@dataclass(frozen=True, eq=False)
class _Picture:
    name: str
    values: np.ndarray  # (1, H, W, C) in the model's value range
    pixels: np.ndarray
    original: np.ndarray
    original_size: tuple[int, int]
    label: int | None = None  # where it comes from a source


def _picture(classifier: Classifier, given: str | Path, recipe: Recipe | None) -> _Picture:
    match = _ROW.fullmatch(str(given))
    if match and not Path(given).exists():
        return _row(classifier, match["source"], int(match["row"]), recipe)
    if not Path(given).is_file():
        raise DataError(f"there is no picture {given}; give a file, or a row of a source such as digits[17]")
    values = classifier.input.values(given)
    original, header = decode_with_header(str(given))
    step = -(-max(original.shape[:2]) // _ORIGINAL)
    shrunk, _ = decode_with_header(str(given), (*(max(1, side // step) for side in original.shape[:2]), original.shape[2]))
    return _Picture(str(given), values, _bytes(classifier, values[0]), shrunk, (header.width, header.height))


def _row(classifier: Classifier, source: str, row: int, recipe: Recipe | None) -> _Picture:
    dataset, _ = _read(classifier, source, recipe, Silent())
    if row >= len(dataset):
        raise DataError(f"{source} has {len(dataset):,} pictures, so the last one is {source}[{len(dataset) - 1}]; got {row}")
    values = in_model_range(classifier, dataset, np.array([row]))
    pixels = _bytes(classifier, values[0])
    return _Picture(dataset.paths[row], values, pixels, pixels, pixels.shape[1::-1], int(dataset.labels[row]))


def _bytes(classifier: Classifier, values: np.ndarray) -> np.ndarray:
    """Values in the model's range as uint8 (H, W, 1 or 3)."""
    low, high = classifier.input.value_range
    values = values if values.shape[2] in (1, 3) else values[..., :1]
    return np.clip(np.round((values.astype(np.float32) - low) / (high - low) * 255), 0, 255).astype(np.uint8)


def _class(name: str, classifier: Classifier) -> int:
    if name not in classifier.classes:
        raise RecipeError(f"the model has no class {name}; it has {', '.join(classifier.classes)}")
    return classifier.classes.index(name)


def _label(given: str | None, shown: _Picture, answer: int, classifier: Classifier) -> tuple[int, str]:
    if given:
        return _class(given, classifier), "as given"
    if shown.label is not None:
        return shown.label, "as the source says"
    return answer, "the answer itself, for the true class was not given (--label)"


def _walk(classifier: Classifier, recipe: Recipe | None, shown: _Picture, label: int, weight: str | None) -> explanation.Walk:
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


def _read(classifier: Classifier, source: str | Path, recipe: Recipe | None, progress: Silent) -> tuple[Dataset, list[str]]:
    """A source's pictures as the model takes them, labelled as they were at training where that fits, and their files."""
    rules = labelling(recipe) if recipe and str(source) == recipe.data.source else {}
    opened = open_source(source, known=classifier.classes, progress=progress, **rules)
    with progress.task("reading pictures", len(opened)) as advance:
        dataset = read(opened, classifier.input.shape, fit=classifier.input.fit, progress=advance)
    return dataset, files_behind(opened, dataset)


def _neighbours(
    classifier: Classifier, recipe: Recipe | None, shown: _Picture, training: str | Path | None, progress: Silent
) -> tuple[tuple[Neighbour, ...], str]:
    """The training pictures whose features are nearest, and where they were looked for."""
    source = training or (recipe.data.source if recipe else "")
    if not source:
        return (), "The model does not say what it was trained on: name its training pictures with --training SOURCE."
    try:
        dataset, files = _read(classifier, source, recipe, progress)
    except DataError as error:
        if training:
            raise
        return (), f"The training pictures are not at {source} any more ({error}): say where they are with --training SOURCE."
    parts = parts_of(classifier, dataset, files)
    is_same = classifier.provenance.get("data_sha256") == dataset.content_hash()
    if not (training or is_same):
        return (), f"The pictures at {source} are not those that the model was trained on: name them with --training SOURCE."
    rows = np.arange(len(dataset)) if parts is None else np.flatnonzero(parts == "train")
    rows = rows[[dataset.paths[row] != shown.name for row in rows]]
    if not len(rows):
        return (), f"{source} has no training part."
    looked = rows[np.unique(np.linspace(0, len(rows) - 1, min(MOST_FEATURES, len(rows))).round().astype(np.int64))]
    known = explanation.features(classifier, in_model_range(classifier, dataset, looked))
    wanted = explanation.features(classifier, shown.values)[0]
    chosen, distances = explanation.nearest(known, wanted, NEIGHBOURS)
    where = f"{len(looked):,} of {len(rows):,}" if len(looked) < len(rows) else f"{len(rows):,}"
    what = "training pictures" if is_same else f"pictures of {source}, which are not exactly those of the training"
    neighbours = tuple(
        Neighbour(
            dataset.paths[row],
            classifier.classes[dataset.labels[row]],
            float(distance),
            _bytes(classifier, in_model_range(classifier, dataset, np.array([row]))[0]),
        )
        for row, distance in zip(looked[chosen], distances)
    )
    return neighbours, f"Looked for among {where} {what}."
