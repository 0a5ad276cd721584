"""How it learns: what is made small, how the weights follow the gradient, and for how long."""

from typing import Annotated, Literal

from pydantic import Field

from pellucid.errors import RecipeError
from pellucid.recipes.kinds import (
    ClassWeight,
    Count,
    Epochs,
    Expected,
    Factors,
    Folds,
    Fraction,
    NotNegative,
    Positive,
    Section,
    Seed,
    Whole,
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
            raise RecipeError(f"loss.label_smoothing works with softmax_cross_entropy, not with {self.name}; set it to 0")


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
    weight_decay: NotNegative = Field(0.01, description="of adamw and muon, times the learning rate, taken off each weight")
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
