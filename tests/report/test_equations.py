"""Equations as HTML."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.nn import losses
from pellucid.nn.activations import ACTIVATIONS
from pellucid.report.equations import called, typeset


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("y = x W + b", "<i>y</i> = <i>x</i> <i>W</i> + <i>b</i>"),
        ("dW = x^T dz", "d<i>W</i> = <i>x</i><sup>T</sup> d<i>z</i>"),
        ("f'(z)", "<i>f</i>′(<i>z</i>)"),
        ("theta <- theta - lr g", "<i>θ</i> ← <i>θ</i> − lr <i>g</i>"),
        ("θ ← θ − η m̂", '<i>θ</i> ← <i>θ</i> − <i>η</i> <span class="hat"><i>m</i></span>'),
        ("β₁ = 0.9", "<i>β</i><sub>1</sub> = 0.9"),
        ("sum_n l_n", "Σ<sub><i>n</i></sub> <i>l</i><sub><i>n</i></sub>"),
        ("Σₖ z²", "Σ<sub><i>k</i></sub> <i>z</i><sup>2</sup>"),
        ("e^-z", "<i>e</i><sup>−<i>z</i></sup>"),
        ("p_{n,t}", "<i>p</i><sub><i>n</i>,<i>t</i></sub>"),
        ("leaky_relu(z)", "leaky ReLU(<i>z</i>)"),
        ("one-hot", "one-hot"),
        ("y = x as one row", "<i>y</i> = <i>x</i> as one row"),
        ("a  b", '<span class="piece"><i>a</i></span> <span class="piece"><i>b</i></span>'),
        ("<img src=x>", "&lt;img src=<i>x</i>&gt;"),
    ],
)
def test_typeset(plain, html):
    assert typeset(plain) == html


@pytest.mark.parametrize(
    "equation",
    [a.equation for a in ACTIVATIONS.values()] + [loss.equation for loss in losses.LOSSES.values()],
)
def test_the_equations_that_ship_leave_no_marks_behind(equation):
    text = re.sub("<[^>]*>", "", str(typeset(equation)))
    assert not set("_^*₀₁₂ₖₙ²³") & set(text)


@given(st.text())
def test_any_text_is_safe(text):
    left = re.sub(r'</?(i|sub|sup)>|</?span( class="(piece|hat)")?>', "", str(typeset(text)))
    assert "<" not in left and ">" not in left and '"' not in left


def test_names_of_functions():
    assert [called(name) for name in ("relu", "adamw", "one_cycle")] == ["ReLU", "AdamW", "one cycle"]
