"""What a network learns from: the pictures, how they become its input, and how they are changed."""

from typing import Annotated, Literal

from pydantic import Field

from pellucid.errors import RecipeError
from pellucid.recipes.kinds import (
    Expected,
    Flip,
    Fraction,
    LabelRule,
    Names,
    NameTable,
    NotNegative,
    Pattern,
    PictureShape,
    Positive,
    Section,
    Share,
    Size,
    Text,
    Whole,
)


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
    group: Pattern = Field("", description="pattern with one group, searched in the path: pictures of one group stay on one side")
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
        """The keys that change training pictures, where they are set to anything but their default."""
        return {key: value for key, value in self if key != "views" and value != type(self).model_fields[key].default}
