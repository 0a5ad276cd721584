"""Pickle files of arrays, read without running anything that they name.

A pickle is a program for a small machine, and most of what that machine can do is calling functions by name. Here it finds
the few names that NumPy and Python write for arrays and bytes, and each leads to a stand-in of this module that only keeps
what it is given. Every other name is refused before it is looked up.
"""

import pickle
import re
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from pellucid.errors import DataError
from pellucid.images.labels import quoted

_DTYPE = re.compile(r"[|<>=]?([biuf][1248])")


def load_arrays(stream: BinaryIO, path: Path) -> Any:
    """What the pickle in `stream` holds: arrays of numbers, bytes, text, numbers, lists, tuples and dictionaries.

    Text of Python 2 comes as bytes. `path` is for messages. Raises DataError for anything else, and for a damaged file.
    """
    try:
        return _plain(_Unpickler(stream, encoding="bytes").load())
    except _RefusedName as error:
        raise DataError(
            f"{path} is refused: it asks Python for {quoted(str(error))} where only arrays, text and numbers were expected; "
            "nothing in it was run; get the file from its publisher"
        ) from error
    except _RefusedObjects as error:
        raise DataError(
            f"{path} is refused: it holds Python objects where only arrays of numbers were expected; nothing in it was run; "
            "get the file from its publisher"
        ) from error
    except Exception as error:  # a pickle that is cut off or altered raises almost anything
        raise DataError(f"{path} is damaged or cut off, or no pickle file: get it again from its publisher") from error


class _RefusedName(Exception):
    """A name that a pickle asks for and does not get."""


class _RefusedObjects(Exception):
    """An array of objects, which could be anything."""


class _Array:
    """Stands in for numpy.ndarray: keeps its state until all of the pickle is read."""

    __slots__ = ("values",)

    @classmethod
    def from_buffer(cls, raw: bytes, dtype: "_Dtype", shape: tuple, order: str) -> "_Array":
        array = cls()
        array.values = np.frombuffer(raw, dtype.name).reshape(shape, order=order)
        return array

    def __setstate__(self, state: tuple) -> None:
        _, shape, dtype, in_columns, raw = state
        if isinstance(raw, str):  # Python 3 reads what Python 2 wrote as text
            raw = raw.encode("latin-1")
        self.values = np.frombuffer(raw, dtype.name).reshape(shape, order="F" if in_columns else "C")


class _Dtype:
    """Stands in for numpy.dtype: plain numbers of one to eight bytes."""

    __slots__ = ("name",)

    def __init__(self, name: str | bytes):
        text = name.decode("ascii") if isinstance(name, bytes) else name
        if text.lstrip("|<>=").startswith("O"):
            raise _RefusedObjects
        self.name = _DTYPE.fullmatch(text)[1]

    def __setstate__(self, state: tuple) -> None:
        order = state[1].decode("ascii") if isinstance(state[1], bytes) else state[1]
        if order in ("<", ">"):
            self.name = order + self.name[-2:]


class _Call:
    """A function in a pickle, without attributes that the pickle could change."""

    __slots__ = ("function",)

    def __init__(self, function):
        self.function = function

    def __call__(self, *arguments):
        return self.function(*arguments)

    def __setstate__(self, state):
        raise pickle.UnpicklingError("a function has no state")


def _empty_array(kind, shape, code) -> _Array:
    return _Array()


def _bytes(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise pickle.UnpicklingError("bytes are written as latin1")
    return text.encode("latin-1")


def _no_call(*arguments):
    raise pickle.UnpicklingError("an array is made by _reconstruct")


_KNOWN = {
    ("numpy.core.multiarray", "_reconstruct"): _empty_array,
    ("numpy._core.multiarray", "_reconstruct"): _empty_array,
    ("numpy.core.numeric", "_frombuffer"): _Array.from_buffer,
    ("numpy._core.numeric", "_frombuffer"): _Array.from_buffer,
    ("numpy", "ndarray"): _no_call,
    ("numpy", "dtype"): lambda name, align=False, copy=True: _Dtype(name),
    ("_codecs", "encode"): _bytes,
}


class _Unpickler(pickle._Unpickler):  # the one in Python: a wrong number of a few bytes makes the one in C take gigabytes
    def find_class(self, module: str, name: str) -> _Call:
        if (module, name) not in _KNOWN:
            raise _RefusedName(f"{module}.{name}")
        return _Call(_KNOWN[module, name])


def _plain(value: Any) -> Any:
    """`value` with arrays in the place of their stand-ins; only the outer containers are looked into."""
    if isinstance(value, _Array):
        return value.values
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value
