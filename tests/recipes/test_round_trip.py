from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.recipes import Recipe, parse_toml
from pellucid.recipes.kinds import Activation, Initialiser
from pellucid.recipes.layers import LAYERS
from pellucid.recipes.sections import KEYS

text = st.text(st.characters(exclude_categories=["Cs"]))
fraction = st.floats(0, 1, exclude_max=True)
positive = st.floats(0, exclude_min=True, allow_infinity=False)
not_negative = st.floats(0, allow_infinity=False)
count, whole = st.integers(1, 2**40), st.integers(0, 2**40)
activation = st.sampled_from(Activation.__args__)
window = {"size": count | st.tuples(count, count), "stride": count}
padding = st.sampled_from(["same", "valid"]) | whole
convolution = {**window, "padding": padding, "activation": activation, "bias": st.booleans()}
norm = {"epsilon": positive}


def layer_of(kind, optional=None, **required):
    return st.fixed_dictionaries({"type": st.just(kind), **required}, optional=optional)


SIMPLE = {
    "Dense": layer_of("Dense", {"activation": activation}, units=count),
    "Conv2D": layer_of("Conv2D", {**convolution, "initialiser": st.sampled_from(["dirac", "he"])}, filters=count),
    "DepthwiseConv2D": layer_of("DepthwiseConv2D", convolution),
    "TransposedConv2D": layer_of("TransposedConv2D", {**window, "activation": activation}, filters=count),
    "MaxPool2D": layer_of("MaxPool2D", {"stride": count}, size=window["size"]),
    "AvgPool2D": layer_of("AvgPool2D", {"stride": count}, size=window["size"]),
    "GlobalAvgPool": layer_of("GlobalAvgPool"),
    "Upsample": layer_of("Upsample", {"factor": count}),
    "BatchNorm": layer_of("BatchNorm", {**norm, "momentum": fraction, "scale": st.booleans()}),
    "LayerNorm": layer_of("LayerNorm", norm),
    "Activation": layer_of("Activation", name=activation),
    "Dropout": layer_of("Dropout", rate=fraction),
    "Dropout2D": layer_of("Dropout2D", rate=fraction),
    "Flatten": layer_of("Flatten"),
    "Reshape": layer_of("Reshape", shape=st.lists(count, min_size=1, max_size=3)),
    "Scale": layer_of("Scale", factor=st.floats(allow_nan=False, allow_infinity=False)),
}
layer = st.recursive(
    st.one_of(*SIMPLE.values()),
    lambda inside: layer_of("Residual", {"projection": st.booleans()}, layers=st.lists(inside, max_size=3)),
    max_leaves=4,
)


def table(**keys):
    return st.fixed_dictionaries({}, optional=keys)


@st.composite
def networks(draw):
    preset = draw(st.sampled_from(["layers", *KEYS]))
    if preset in ("lenet", "simple_cnn", "resnet", "airbench"):
        described = {"width": whole | st.tuples(count, count, count), "batch_norm": st.booleans()}
        return {"preset": preset} | draw(table(**{key: described[key] for key in KEYS[preset]}))
    start = draw(table(initialiser=st.sampled_from(Initialiser.__args__), std=positive))
    if preset == "layers":
        return start | {"layers": draw(st.lists(layer, max_size=3))}
    hidden = draw(st.lists(count, max_size=3))
    many = {"min_size": len(hidden), "max_size": len(hidden)}
    return start | {
        "hidden": hidden,
        "activation": draw(activation | st.lists(activation, **many)),
        "dropout": draw(fraction | st.lists(fraction, **many)),
    }


recipes = table(
    name=text,
    description=text,
    data=table(
        source=text,
        classes=st.lists(text, max_size=3),
        label_rule=st.sampled_from(["", "folder", "prefix", r"(a|b)\d"]),
        keys=st.dictionaries(text, text, max_size=2),
        validation=st.floats(0, 0.4),
        test=st.floats(0, 0.4),
        group=st.sampled_from(["", "(.)"]),
        max_broken=st.floats(0, 1),
    ),
    input=table(
        size=st.just("auto") | count | st.tuples(count, count),
        channels=st.sampled_from(["auto", "grey", "rgb"]),
        fit=st.sampled_from(["stretch", "pad", "crop"]),
        normalisation=st.sampled_from(["none", "unit", "standard"]),
        per=st.sampled_from(["channel", "pixel"]),
    ),
    augment=table(
        flip=st.booleans() | st.floats(0, 1) | st.just("alternating"),
        crop=whole,
        shift=fraction,
        rotate=st.floats(0, 180),
        erase=st.floats(0, 1),
        elastic_sigma=positive,
        mixup=not_negative,
        views=st.sampled_from(["none", "shift", "flip", "flip+shift"]),
    ),
    network=networks(),
    loss=table(
        label_smoothing=fraction,
        class_weight=st.sampled_from(["none", "balanced"]) | st.dictionaries(text, positive, max_size=2),
        l1=not_negative,
        l2=not_negative,
    ),
    optimizer=table(
        name=st.sampled_from(["sgd", "adam", "lbfgs"]),
        learning_rate=positive,
        momentum=fraction,
        weight_decay=not_negative,
        factors=st.dictionaries(text, not_negative, max_size=2),
    ),
    schedule=table(name=st.sampled_from(["constant", "cosine"]), warmup_epochs=whole, every=count)
    | table(name=st.just("plateau"), patience=whole),
    training=table(
        epochs=count,
        batch_size=whole,
        seed=st.integers(0, 2**32 - 1),
        minutes=not_negative,
        folds=st.sampled_from([0, 2, 10]),
        final=st.booleans(),
    ),
)


@settings(deadline=None)
@given(recipes)
def test_what_is_written_reads_back_equal(tables):
    recipe = Recipe.parse(tables)
    again = parse_toml(recipe.to_toml())
    assert again == recipe
    assert again.to_toml() == recipe.to_toml()


def test_every_layer_is_drawn():
    assert {*SIMPLE, "Residual"} == LAYERS.keys()


def test_every_key_is_written():
    text = Recipe().to_toml()
    for section in ("data", "input", "augment", "loss", "optimizer", "schedule", "training"):
        for key in type(getattr(Recipe(), section)).model_fields:
            assert f"\n{key} = " in text or f"[{section}.{key}]" in text, key
