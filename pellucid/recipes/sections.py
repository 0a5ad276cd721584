"""The tables of a recipe and their keys. Each description is the text of the reference in `docs/cli.md`."""

from typing import Annotated, Literal

from pydantic import Field

from pellucid.errors import RecipeError
from pellucid.recipes.kinds import (
    Activation,
    Activations,
    ClassWeight,
    Count,
    Dropouts,
    Epochs,
    Expected,
    Factors,
    Flip,
    Folds,
    Fraction,
    Initialiser,
    LabelRule,
    Names,
    NameTable,
    NotNegative,
    Pattern,
    PictureShape,
    Positive,
    Section,
    Seed,
    Share,
    Size,
    Text,
    Units,
    Whole,
    Widths,
)
from pellucid.recipes.layers import Layers


class Data(Section):
    """Which pictures, how they are labelled, and how they are divided."""

    source: Text = Field("", description="folder, file or named data set; a SOURCE given on the command line wins")
    classes: Names = Field((), description="class names in the order to use; empty: found, in natural order")
    label_rule: LabelRule = Field(
        "", description='how a path gives its label: "folder", "prefix" or a pattern with one group; empty: found'
    )
    keys: NameTable = Field({}, description='names of the arrays in an npz or HDF5 file: {x = "images", y = "labels"}')
    shape: PictureShape = Field((), description="height, width, perhaps channels of the pictures in a CSV of pixels; empty: square")
    split: Literal["shuffled", "ordered"] = Field(
        "shuffled",
        description='"shuffled": parts and folds are drawn at random, each class in proportion; "ordered": the first pictures '
        "train, the last ones test, and folds are blocks of neighbours, for pictures in the order they were taken",
    )
    validation: Fraction = Field(0.15, description="share of the pictures held back to watch the training")
    test: Fraction = Field(0.15, description="share of the pictures held back for the final score")
    pictures: Whole = Field(0, description="train on about so many of the training pictures, drawn by the seed; 0: all of them")
    group: Pattern = Field(
        "", description="pattern with one group, searched in the path: pictures of one group stay on one side"
    )
    leak_guard: Literal["group", "drop", "tell", "off"] = Field(
        "group",
        description='"group": copies of one picture (also mirrored, resized, lightened) stay on one side of the split; "drop": '
        'besides, training pictures with a copy in a given test part are left out; "tell": copies are found and told, not kept '
        'together; "off": not looked for',
    )
    burst_seconds: NotNegative = Field(
        0.0, description="pictures of a class taken within so many seconds of each other (EXIF) stay on one side; 0: not"
    )
    max_broken: Share = Field(0.05, description="share of unreadable files above which reading is refused")

    def model_post_init(self, context) -> None:
        if self.validation + self.test >= 1:
            raise RecipeError(
                f"data.validation = {self.validation} and data.test = {self.test} leave nothing to train on; "
                "their sum must be below 1"
            )


class Input(Section):
    """How a picture becomes the network's input."""

    size: Size = Field(
        "auto", description='height and width in pixels; "auto": their own if all share one up to 64 x 64, else 64 x 64'
    )
    channels: Literal["auto", "grey", "rgb"] = Field("auto", description='"auto": grey if every picture is grey')
    fit: Literal["stretch", "pad", "crop"] = Field("stretch", description="how a picture of another shape is fitted")
    normalisation: Literal["none", "unit", "standard"] = Field(
        "unit", description='"unit": to [0, 1]; "standard": by mean and deviation of the training part'
    )
    per: Literal["channel", "pixel"] = Field("channel", description='what "standard" measures mean and deviation of')


class Augment(Section):
    """How far each training picture is changed, anew in each epoch. Changes that could turn one class into another are left off.

    `views` changes no training picture: it averages the answers, of the final scores too, over several views of a picture.
    """

    flip: Flip = Field(
        False,
        description="mirrored left to right: true half the time, or with this probability, or "
        '"alternating" from epoch to epoch; not for digits and letters',
    )
    flip_vertical: Flip = Field(False, description="mirrored top to bottom, in the same ways; for pictures without an up and down")
    crop: Whole = Field(0, description="moved by up to so many pixels, the gap filled with the picture's reflection")
    shift: Fraction = Field(0.0, description="moved by up to this share of its height and width, the edge drawn out")
    rotate: Annotated[float, Field(ge=0, le=180), Expected("an angle from 0 to 180")] = Field(
        0.0, description="turned by up to so many degrees"
    )
    scale: Fraction = Field(0.0, description="made larger or smaller by up to this share")
    shear: Annotated[float, Field(ge=0, lt=90), Expected("an angle from 0 to below 90")] = Field(
        0.0, description="slanted, as italics are, by up to so many degrees"
    )
    elastic: NotNegative = Field(0.0, description="bent: each point moved by about so many pixels, and its neighbours with it")
    elastic_sigma: Positive = Field(4.0, description="how many pixels away neighbours still move together")
    brightness: Fraction = Field(0.0, description="lightened or darkened by up to this share of the value range")
    contrast: Fraction = Field(0.0, description="differences from mid-grey stretched or shrunk by up to this share")
    saturation: Fraction = Field(0.0, description="differences from grey stretched or shrunk by up to this share; colour pictures")
    erase: Share = Field(0.0, description="a rectangle, 2 to 40 % of the picture, replaced by noise with this probability")
    mixup: NotNegative = Field(
        0.0, description="each picture and its label mixed with another, by shares from Beta(mixup, mixup); 0.2 is usual"
    )
    cutmix: NotNegative = Field(
        0.0, description="a part of another picture, and of its label, pasted in, its share from Beta(cutmix, cutmix); 1.0 is usual"
    )
    noise: NotNegative = Field(
        0.0, description="standard deviation of Gaussian noise added to the network's input (after `input.normalisation`)"
    )
    originals: bool = Field(False, description="each epoch shows every picture twice: as it is, and changed")
    views: Literal["none", "shift", "flip", "flip+shift"] = Field(
        "none",
        description='an answer is averaged over a picture in place and moved by a pixel ("shift", five times the time), over it '
        'and its mirror image ("flip", twice), or over those and both moved ("flip+shift", six times)',
    )

    def chosen(self) -> dict[str, bool | float | str]:
        """The keys that are set to anything but their default."""
        return {key: value for key, value in self if value != type(self).model_fields[key].default}


# Which keys of [network] describe which preset; those that tell how weights start also go with layers written out.
START = ("initialiser", "std", "output_activation")
KEYS = {
    "mlp": ("hidden", "activation", "dropout", "batch_norm", *START),
    "lenet": (),
    "simple_cnn": ("width", "batch_norm"),
    "resnet": ("width",),
    "airbench": ("width",),
    "autoencoder": ("hidden", "code"),
    "convolutional_autoencoder": ("width", "code"),
}
AUTOENCODERS = ("autoencoder", "convolutional_autoencoder")


class Network(Section):
    """The layers, either by a preset and the keys that describe it, or written out (`layers`).

    The preset mlp has `hidden`, `activation`, `dropout`, `batch_norm`, `initialiser`, `std` and `output_activation`. The
    convolutional presets are lenet, simple_cnn (`width`, `batch_norm`), resnet and airbench (`width`). With the loss
    "reconstruction", autoencoder (`hidden`, `code`) and convolutional_autoencoder (`width`, `code`) give back the
    picture itself. `layers` leaves out the output layer, which has one unit a class (or one for two classes and the
    binary loss, or one for each number of the picture); `initialiser`, `std` and `output_activation` go with it.
    """

    preset: Literal["mlp", "lenet", "simple_cnn", "resnet", "airbench", "autoencoder", "convolutional_autoencoder"] = Field(
        "mlp", description="the kind of network"
    )
    hidden: Units = Field((128, 64), description="units of the hidden layers, [] for none; set alone it makes an mlp")
    activation: Activations = Field("relu", description="of every hidden layer, or a list with one a layer")
    dropout: Dropouts = Field(0.0, description="after every hidden layer, or a list with one a layer")
    width: Widths = Field(
        0, description="filters of the first of three stages, or a list with those of each; 0: as the preset is known"
    )
    code: Count = Field(32, description="autoencoders: how many numbers a picture is squeezed into")
    batch_norm: bool = Field(
        False, description="mlp and simple_cnn: batch normalisation between each hidden layer and its activation"
    )
    layers: Layers = Field((), description="the layers before the output written out, in place of a preset")
    initialiser: Initialiser = Field("he", description="how the weights start")
    std: Positive = Field(0.01, description='standard deviation of the "normal" initialiser')
    output_activation: Activation = Field(
        "linear", description="of the output; others only with mean_squared_error or reconstruction"
    )

    @property
    def described_by(self) -> tuple[str, ...]:
        """The keys that describe this network; the others mean nothing for it."""
        return ("layers", *START) if self.layers else ("preset", *KEYS[self.preset])

    def model_post_init(self, context) -> None:
        if stray := sorted(self.model_fields_set - {"layers", *self.described_by}):
            raise RecipeError(self._stray(stray[0]))
        for key, word in (("activation", "activations"), ("dropout", "rates")):
            value = getattr(self, key)
            if isinstance(value, tuple) and len(value) != len(self.hidden):
                raise RecipeError(
                    f"network.{key} has {len(value)} {word} for the {len(self.hidden)} layers of network.hidden; "
                    f"give one for each, or one for all"
                )

    def _stray(self, key: str) -> str:
        if self.layers:
            return (
                f"network.layers and network.{key} exclude each other; write the network out in layers "
                "or describe it by a preset and its keys"
            )
        fitting = ", ".join(preset for preset, keys in KEYS.items() if key in keys)
        hint = f"leave it out, or set network.preset to {fitting}"
        return f"network.{key} does not describe the preset {self.preset}; {hint}"


class Transfer(Section):
    """A trained model to start from: its layers are taken over, the last dense layer is new; [network] then says nothing."""

    model: Text = Field("", description="a model file; empty: start afresh")
    frozen_epochs: Whole = Field(3, description="epochs in which only the new layer learns")
    factor: Annotated[float, Field(ge=0, le=1), Expected("a number from 0 to 1")] = Field(
        0.3, description="share of the learning rate at which the taken-over layers learn afterwards"
    )


class Faults(Section):
    """Faults of published programs, planted to be looked at (`pellucid reproduce`); the doctor names them. No other use."""

    wrong_count: bool = Field(
        False, description="gradients are divided by the number of all pictures, those held back included: they come out too small"
    )
    reversed_gradient: bool = Field(
        False, description="the gradient of the loss has the wrong sign, so that every step makes the loss larger"
    )
    updated_weights: bool = Field(
        False,
        description="each layer takes its step before it hands the gradient on, through weights that did not give the answers; "
        'with optimizer.name = "sgd" and a constant rate alone',
    )
    summed_biases: bool = Field(
        False, description="every bias of a layer gets the sum of all bias gradients of the layer: behind a softmax, always 0"
    )


class Loss(Section):
    """What the training makes small."""

    name: Literal["softmax_cross_entropy", "binary_cross_entropy", "mean_squared_error", "reconstruction"] = Field(
        "softmax_cross_entropy",
        description="the loss; binary_cross_entropy is for two classes and one output, reconstruction for autoencoders",
    )
    label_smoothing: Fraction = Field(0.0, description="share of each label spread over all classes (softmax only)")
    class_weight: ClassWeight = Field("none", description='"balanced": rare classes count more; or a weight a class')
    l1: NotNegative = Field(0.0, description="strength of the penalty on the sum of absolute weights")
    l2: NotNegative = Field(0.0, description="strength of the penalty on half the sum of squared weights")

    def model_post_init(self, context) -> None:
        if self.label_smoothing and self.name != "softmax_cross_entropy":
            raise RecipeError(
                f"loss.label_smoothing works with softmax_cross_entropy, not with {self.name}; set it to 0"
            )


class Optimizer(Section):
    """How the weights follow the gradient."""

    name: Literal["sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw", "muon", "lbfgs"] = Field(
        "adamw", description="the method; lbfgs chooses its own steps: no learning rate, schedule, clipping or average"
    )
    learning_rate: Positive = Field(0.001, description="size of a step; `pellucid find-lr` suggests one")
    momentum: Fraction = Field(0.9, description="of momentum, nesterov and muon")
    beta1: Fraction = Field(0.9, description="decay of the mean gradient in adam and adamw")
    beta2: Fraction = Field(0.999, description="decay of the mean squared gradient in adam and adamw")
    epsilon: Positive = Field(1e-8, description="keeps rmsprop, adagrad, adam and adamw from dividing by zero")
    rho: Fraction = Field(0.9, description="decay of the mean squared gradient in rmsprop")
    weight_decay: NotNegative = Field(
        0.01, description="of adamw and muon, times the learning rate, taken off each weight"
    )
    clip_norm: NotNegative = Field(0.0, description="longest gradient allowed; 0: any")
    average: Fraction = Field(0.0, description="decay of the running average of the weights that is kept; 0: none")
    factors: Factors = Field(
        {}, description='share of the learning rate by parameter: {"*.b" = 2.0, "0.*" = 0.0}; 0 freezes; the later entry wins'
    )


class Schedule(Section):
    """How the learning rate changes while training."""

    name: Literal["constant", "step", "cosine", "one_cycle", "plateau"] = Field("constant", description="the shape")
    warmup_epochs: Whole = Field(0, description="epochs in which the rate rises from 0 to its full size")
    every: Count = Field(10, description="step: epochs between two drops")
    factor: Annotated[float, Field(gt=0, lt=1), Expected("a number between 0 and 1")] = Field(
        0.1, description="step and plateau: what the rate is multiplied by"
    )
    patience: Whole = Field(5, description="plateau: epochs without a better validation loss before a drop")

    def model_post_init(self, context) -> None:
        if self.name == "plateau" and self.warmup_epochs:
            raise RecipeError(
                "schedule.warmup_epochs does not go with plateau, which looks at the losses alone; set it to 0, "
                "or take another schedule"
            )


class Answers(Section):
    """Which pictures the trained model refuses to answer. Refusals change no score: accuracy is given with and without them."""

    abstain_at_risk: Fraction = Field(
        0.0,
        description='"not sure" below a threshold above which at most this share of the answers is wrong, chosen on the '
        "validation pictures with 95 % confidence; 0: no threshold",
    )
    none_of_these: bool = Field(
        True, description='"none of these" for pictures unlike all training pictures; about 1 % of ordinary ones are too'
    )


class Training(Section):
    """How long, in what portions, from which seed, and judged how."""

    epochs: Epochs = Field(
        60, description='passes over the training pictures; "auto": fewer for many pictures (about 60,000 in all, 8 to 200 passes)'
    )
    batch_size: Whole = Field(32, description="pictures a step; 0: all of them")
    seed: Seed = Field(0, description="fixes the split, the start and the order: same seed, same bits")
    patience: Whole = Field(0, description="stop after so many epochs without a better validation loss; 0: never")
    minutes: NotNegative = Field(0.0, description="stop after this time; 0: no limit")
    checkpoint_seconds: NotNegative = Field(10.0, description="shortest time between two checkpoints")
    doctor: bool = Field(True, description="look for faults while training, and name the cure")
    folds: Folds = Field(0, description="cross-validation: train so many times, each on all folds but one; 0: none")
    final: bool = Field(False, description="train the kept model on all pictures, scored by cross-validation")
    learning_curve: bool = Field(
        False,
        description="train on 1/8, 1/4 and 1/2 of the training pictures too, and say what twice as many would give; takes about "
        "twice the time",
    )

    def model_post_init(self, context) -> None:
        if self.learning_curve and self.final:
            raise RecipeError(
                "training.learning_curve measures on pictures that are held back, and training.final holds none back; "
                "set one of the two"
            )
