"""What learns: the network, and the trained one that it may start from."""

from typing import Annotated, Literal

from pydantic import Field

from pellucid.errors import RecipeError
from pellucid.recipes.kinds import (
    Activation,
    Activations,
    Count,
    Dropouts,
    Expected,
    Initialiser,
    Positive,
    Section,
    Text,
    Units,
    Whole,
    Widths,
)
from pellucid.recipes.layers import Layers

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

    preset: Literal[*KEYS] = Field("mlp", description="the kind of network")
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
