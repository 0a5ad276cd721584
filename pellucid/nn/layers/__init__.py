"""The layers that ship, one family a file."""

from pellucid.nn.layers.dense import Dense
from pellucid.nn.layers.dropout import Dropout
from pellucid.nn.layers.flatten import Flatten

__all__ = ["Dense", "Dropout", "Flatten"]
