"""pellucid gradcheck: all of pellucid, and a user's own layers and losses."""

import json

import pytest

from tests.cli.program import one_line

OWN = '''
import numpy as np
from neighbour import THOUSANDTH
from pellucid.nn import BatchNorm, Conv2D, Dense, Layer, SoftmaxCrossEntropy

class Right(Dense):
    pass

class WrongWeights(Dense):
    def backward(self, dy, need_dx=True):
        dx = super().backward(dy, need_dx)
        self.dW *= 1 + THOUSANDTH
        return dx

class WrongFilters(Conv2D):
    def backward(self, dy, need_dx=True):
        dx = super().backward(dy, need_dx)
        self.db *= 1 + THOUSANDTH
        return dx

class WrongInPrediction(BatchNorm):
    def backward(self, dy, need_dx=True):
        dx = super().backward(dy, need_dx)
        return dx if self.of_batch else dx * (1 + THOUSANDTH)

class Square(Layer):
    """y = x^2, an activation of one's own."""
    def build(self, in_shape):
        return in_shape, {}
    def forward(self, x, train, keep):
        self.x = x
        return x * x
    def backward(self, dy, need_dx=True):
        return self.factor * self.x * dy
    factor = 2
    def equation(self):
        return "y = x^2"

class WrongSquare(Square):
    factor = 2.002

class WrongLoss(SoftmaxCrossEntropy):
    def __call__(self, z, t, w=None, *kernels):
        value, dz = super().__call__(z, t, w, *kernels)
        dz *= 1 + THOUSANDTH
        return value, dz

class NoLayer:
    pass

class Broken(Square):
    def forward(self, x, train, keep):
        return nothing
'''


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A user's file with layers and losses, in the folder that one works in, and a neighbour that it imports."""
    (tmp_path / "own_layers.py").write_text(OWN)
    (tmp_path / "neighbour.py").write_text("THOUSANDTH = 0.001\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    return "own_layers.py"


def test_everything_that_ships_is_right(run):
    ended = run("gradcheck")
    assert ended.status == 0 and ended.err == ""
    assert "WRONG" not in ended.out and ended.out.count(" ok\n") > 90
    for name in ("Conv2D", "Activation gelu", "softmax, labels", "Residual"):
        assert f"\n{name} " in ended.out


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("WrongWeights", "--set", "units=5"), "d0.W"),
        (("WrongFilters", "--set", "filters=3"), "d0.b"),
        (("WrongFilters", "--set", "filters=3", "--shape", "9,8,1"), "d0.b"),
        (("WrongInPrediction",), "dx"),
        (("WrongSquare",), "dx"),
        (("WrongLoss",), "dz"),
    ],
)
def test_a_derivative_that_is_wrong_by_a_thousandth_is_caught(run, own, arguments, wrong):
    name, *options = arguments
    ended = run("gradcheck", f"{own}:{name}", *options)
    assert ended.status == 1
    assert "WRONG" in ended.out and f"\n  {wrong}: backward" in ended.out
    assert "wrong derivative" in ended.err


def test_a_way_that_is_right_is_not_blamed(run, own):
    ended = run("gradcheck", f"{own}:WrongInPrediction")
    assert ", in prediction\n" in ended.out and ", in training\n" not in ended.out


@pytest.mark.parametrize("arguments", [("Right", "--set", "units=5", "--set", "activation=gelu"), ("Square",)])
def test_own_classes_that_are_right_pass(run, own, arguments):
    name, *options = arguments
    assert run("gradcheck", f"{own}:{name}", *options).status == 0
    assert run("gradcheck", f"own_layers:{name}", *options).status == 0


def test_json(run, own):
    ended = run("gradcheck", f"{own}:WrongWeights", "--set", "units=5", "--json")
    found = json.loads(ended.out)
    (row,) = found["rows"]
    assert ended.status == 1 and not found["passed"] and not row["passed"]
    assert row["arrays"] == ["dx", "d0.W", "d0.b"] and row["worst"].startswith("d0.W in ") and row["error"] > 1e-6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("own_layers.py:Missing",), "own_layers.py has no class Missing"),
        (("missing.py:Square",), "there is no file missing.py"),
        (("missing_module:Square",), "missing_module:Square fails: ModuleNotFoundError: No module named 'missing_module'"),
        (("Square",), "Square names no class; expected module:Class or file.py:Class"),
        (("own_layers.py:NoLayer",), "own_layers.py:NoLayer is no layer and no loss; let the class inherit"),
        (("own_layers.py:Broken",), "own_layers.py:Broken fails: NameError: name 'nothing' is not defined"),
        (("own_layers.py:Right",), "missing 1 required positional argument: 'units'"),
        (("own_layers.py:Right", "--set", "units"), "--set units: expected KEY=VALUE, for example --set units=5"),
        (("own_layers.py:Right", "--set", "units=5", "--shape", "3,3,1"), "Dense needs rows of features"),
        (("own_layers.py:Square", "--shape", "3,x"), "--shape 3,x: expected whole numbers above 0"),
        (("--shape", "3"), "--shape and --set describe a class of your own"),
    ],
)
def test_mistakes_are_one_line(run, own, arguments, message):
    assert message in one_line(run("gradcheck", *arguments))
