import io
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.errors import DataError
from pellucid.images.readers.unpickle import load_arrays
from tests.images.readers.published import python_two_pickle

PATH = Path("data_batch_1")


def load(content: bytes):
    return load_arrays(io.BytesIO(content), PATH)


def refused(content: bytes) -> str:
    with pytest.raises(DataError) as raised:
        load(content)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", ">i4", "bool"])
@pytest.mark.parametrize("protocol", range(6))
def test_arrays_of_python_3(dtype, protocol):
    array = np.arange(12).reshape(3, 4).astype(dtype)
    for each in (array, np.asfortranarray(array)):
        read = load(pickle.dumps({"data": each, "labels": [1, 2], "name": "x", "raw": b"\xff\0"}, protocol))
        np.testing.assert_array_equal(read["data"], array)
        assert read["data"].dtype == array.dtype
        assert (read["labels"], read["name"], read["raw"]) == ([1, 2], "x", b"\xff\0")


def test_arrays_of_python_2():
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    read = load(python_two_pickle({b"data": array, b"labels": [0, 1], b"names": [b"a.png", b"b.png"]}))
    np.testing.assert_array_equal(read[b"data"], array)
    assert read[b"labels"] == [0, 1] and read[b"names"] == [b"a.png", b"b.png"]


class Runs:
    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "function", [os.mkdir, print, eval, getattr, __import__, np.load, np.save, bytearray, complex], ids=lambda f: f.__name__
)
def test_nothing_is_run(tmp_path, monkeypatch, function, protocol):
    monkeypatch.chdir(tmp_path)
    message = refused(pickle.dumps({"data": Runs(function, "made")}, protocol))
    assert message.startswith("data_batch_1 is refused: it asks Python for ")
    assert function.__name__ in message and "nothing in it was run" in message
    assert list(tmp_path.iterdir()) == []


def test_persistent_ids_and_state_of_functions_are_refused():
    refused(b"\x80\x02U\x01aQ.")
    for name in (b"c_codecs\nencode\n", b"cnumpy\nndarray\n", b"cnumpy\ndtype\n"):
        assert "damaged" in refused(b"\x80\x02" + name + b"}U\x01aK\x01sb.")  # BUILD: set an attribute of the function
        assert "damaged" in refused(b"\x80\x02" + name + b"N}U\x08functionK\x01s\x86b.")
    refused(b"\x80\x02c_codecs\nencode\n(X\x01\0\0\0aX\x03\0\0\0rottR.")  # another codec than latin1


def test_arrays_of_objects_are_refused():
    message = refused(pickle.dumps({"data": np.array([1, "a"], dtype=object)}))
    assert message.startswith("data_batch_1 is refused: it holds Python objects where only arrays of numbers were expected")
    assert "damaged" in refused(pickle.dumps({"data": np.zeros(2, [("a", "u1")])}))


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x02}", b"\x80\x7f."])
def test_damaged(content):
    assert refused(content) == "data_batch_1 is damaged or cut off, or no pickle file: get it again from its publisher"


WHOLE = python_two_pickle({b"data": np.arange(40, dtype=np.uint8).reshape(4, 10), b"labels": [0, 1, 2, 3]})


@settings(max_examples=50, deadline=None)
@given(st.integers(0, len(WHOLE) - 1))
def test_cut_off_anywhere(length):
    refused(WHOLE[:length])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_altered_anywhere(place, value):
    """A byte changed gives another value or one clear error, never another exception."""
    altered = bytearray(WHOLE)
    altered[place] = value
    try:
        load(bytes(altered))
    except DataError as error:
        assert "\n" not in str(error)
