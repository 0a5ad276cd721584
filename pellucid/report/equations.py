"""Equations from one line of plain text to HTML: `dW = x^T dz` with italics, a raised T, real minus signs.

The text is the one that `print(network)` shows. `_` and `^` lower and raise what follows (one word, or {a group}),
Greek letters may be spelled out, `<-` is an arrow, and two or more spaces part two equations.
"""

import re

_SYMBOLS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ", "lambda": "λ",
    "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω", "sum": "Σ", "sqrt": "√",
    "<-": "←", "->": "→", "<=": "≤", ">=": "≥", "-": "−", "*": "·", "...": "…", "'": "′",
}  # fmt: skip
_PRINTED = {
    "relu": "ReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU", "leaky_relu": "leaky ReLU",
    "sgd": "SGD", "rmsprop": "RMSProp", "adam": "Adam", "adamw": "AdamW", "adagrad": "Adagrad", "lbfgs": "L-BFGS",
    "softmax_cross_entropy": "softmax cross-entropy", "binary_cross_entropy": "binary cross-entropy",
}  # fmt: skip

# "Σₖ x³" is written with characters of its own; they are set like "sum_k x^3".
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789aehijklmnoprstuvx"))
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹ᵀⁿ", "0123456789Tn"))

_HAT = "\u0302"  # combining: fonts place it badly, so the page draws it
_LETTER = "[^\\W\\d_" + "".join(_LOWERED) + "".join(_RAISED) + "]"

_TOKEN = re.compile(
    r"(?P<shift>[_^])(?:\{(?P<group>[^{}]*)\}|(?P<single>[-−]?(?:\|[^|]*\||[^\W_]+|[^\s_^])))"
    r"|(?P<lowered>[" + "".join(_LOWERED) + r"]+)"
    r"|(?P<raised>[" + "".join(_RAISED) + r"]+)"
    rf"|(?P<word>{_LETTER}{{2,}}(?:_{_LETTER}{{2,}})+|{_LETTER}+{_HAT}?(?:-{_LETTER}{{2,}})*)"
    r"|(?P<symbol><-|->|<=|>=|\.\.\.|[-*])"
    r"|(?P<other>.)",
    re.DOTALL,
)


def typeset(equation: str):
    """The equation as safe HTML (`markupsafe.Markup`); whatever is no mathematics comes out as it is, escaped."""
    from markupsafe import Markup

    pieces = [Markup("").join(map(_set, _TOKEN.finditer(piece))) for piece in re.split(r"\s{2,}", equation)]
    if len(pieces) == 1:
        return pieces[0]
    return Markup(" ").join(Markup('<span class="piece">%s</span>') % piece for piece in pieces)


def called(name: str) -> str:
    """The name of a function or method as it is printed: "relu" as "ReLU", "one_cycle" as "one cycle"."""
    return _PRINTED.get(name, name.replace("_", " "))


def _set(token: re.Match):
    from markupsafe import Markup, escape

    kind, text = token.lastgroup, token[0]
    if kind in ("group", "single"):
        tag = "sub" if token["shift"] == "_" else "sup"
        return Markup(f"<{tag}>%s</{tag}>") % typeset(token[kind])
    if kind == "lowered":
        return Markup("<sub>%s</sub>") % typeset("".join(_LOWERED[letter] for letter in text))
    if kind == "raised":
        return Markup("<sup>%s</sup>") % typeset("".join(_RAISED[letter] for letter in text))
    if kind == "word":
        return _word(text)
    return escape(_SYMBOLS.get(text, text))


def _word(word: str):
    """Variables are italic, names of functions and words of a sentence upright."""
    from markupsafe import Markup, escape

    if word in _PRINTED:
        return escape(called(word))
    symbol = _SYMBOLS.get(word, word)
    if symbol in ("T", "Σ"):  # the transpose and the sum
        return escape(symbol)
    if len(symbol) == 1:
        return Markup("<i>%s</i>") % symbol
    if len(symbol) == 2 and symbol[1] == _HAT:
        return Markup('<span class="hat"><i>%s</i></span>') % symbol[0]
    if len(symbol) == 2 and symbol[0] == "d" and word.isascii():  # the gradient dW
        return Markup("d<i>%s</i>") % symbol[1]
    return escape(symbol.replace("_", " "))
