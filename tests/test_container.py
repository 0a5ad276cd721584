"""The sealed file format: what comes back bit for bit, and what is refused."""

import gzip
import hashlib
import io
import json
import math
import os
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pellucid import container
from pellucid.errors import ModelFileError, OutputError

TENSORS = {
    "0.W": np.arange(6, dtype=np.float32).reshape(2, 3),
    "0.b": np.zeros(3, np.float32),
    "empty": np.zeros((0, 4), np.float64),
    "scalar": np.array(7, np.int64),
    "order": np.arange(12, dtype=np.uint8).reshape(3, 4).T,
}
HEADER = {"classes": ["cat", "noncat", "é", "\udc80"], "threshold": None, "nested": {"a": [1, 2.5, True]}}


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.safetensors"
    container.write(path, "model", TENSORS, HEADER)
    return path


def refused(path, kind="model", match=""):
    with pytest.raises(ModelFileError, match=match) as caught:
        container.read(path, kind)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def reseal(content: bytes) -> bytes:
    """The bytes with a fitting seal: what someone who knows the format can forge."""
    digits = slice(content.index(b'sha256\\":\\"') + 11, content.index(b'sha256\\":\\"') + 75)
    zeroed = content[: digits.start] + b"0" * 64 + content[digits.stop :]
    return content[: digits.start] + hashlib.sha256(zeroed).hexdigest().encode() + content[digits.stop :]


def test_round_trip(model):
    tensors, header = container.read(model, "model")
    assert header == HEADER
    assert list(tensors) == sorted(TENSORS)
    for name, array in TENSORS.items():
        assert tensors[name].dtype == array.dtype
        np.testing.assert_array_equal(tensors[name], array)
        assert tensors[name].shape == array.shape


numbers = st.sampled_from([np.dtype(name) for name in sorted(container._DTYPES)])


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), max_size=8).filter(lambda name: name != "__metadata__"),
        numbers.flatmap(lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, min_side=0, max_side=4))),
        max_size=4,
    ),
    st.dictionaries(
        st.text(max_size=8).filter(lambda key: key not in ("sha256", "format", "version")),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8), st.lists, max_leaves=4
        ),
        max_size=4,
    ),
)
def test_any_content_returns_bit_for_bit(tensors, header):
    content = container.dumps("checkpoint", tensors, header)
    back, header_back = container.loads(content, "checkpoint")
    assert repr(header_back) == repr(header)  # repr: NaN is not equal to itself
    assert {name: (a.dtype, a.shape, a.tobytes()) for name, a in back.items()} == {
        name: (a.dtype, a.shape, a.tobytes()) for name, a in tensors.items()
    }


def test_nan_payloads_and_infinities_survive():
    payloads = np.array([0x7FC00001, 0xFFC12345, 0x7F800000, 0x80000000], np.uint32).view(np.float32)
    header = {"nan": math.nan, "best": math.inf, "numpy": np.float32(0.1), "count": np.int64(3), "flag": np.bool_(True)}
    tensors, back = container.loads(container.dumps("checkpoint", {"x": payloads}, header), "checkpoint")
    assert tensors["x"].tobytes() == payloads.tobytes()
    assert math.isnan(back["nan"]) and back["best"] == math.inf
    assert back["numpy"] == float(np.float32(0.1)) and back["count"] == 3 and back["flag"] is True


def test_equal_content_gives_equal_bytes():
    backwards = {name: np.asarray(TENSORS[name], order="F") for name in reversed(TENSORS)}
    assert container.dumps("model", backwards, HEADER) == container.dumps("model", TENSORS, HEADER)


def test_big_endian_arrays_keep_their_values():
    tensors, _ = container.loads(container.dumps("model", {"x": np.arange(3, dtype=">f4")}, {}), "model")
    np.testing.assert_array_equal(tensors["x"], [0, 1, 2])


def test_other_programs_can_read_the_tensors(model):
    assert safetensors.numpy.load_file(model)["0.W"].tolist() == [[0, 1, 2], [3, 4, 5]]
    with safetensors.safe_open(model, framework="numpy") as file:
        assert json.loads(file.metadata()["pellucid"])["classes"][0] == "cat"


@pytest.mark.parametrize(
    ("tensors", "header", "error"),
    [
        ({"x": np.array(["text"])}, {}, TypeError),
        ({"x": np.array([object()])}, {}, TypeError),
        ({"x": np.zeros(2, complex)}, {}, TypeError),
        ({"x": [1.0, 2.0]}, {}, TypeError),
        ({}, {"x": np.zeros(2)}, TypeError),
        ({}, {"x": object()}, TypeError),
        ({}, {"version": 4}, ValueError),
    ],
)
def test_what_the_format_cannot_hold_is_refused(tensors, header, error):
    with pytest.raises(error):
        container.dumps("model", tensors, header)


@pytest.mark.parametrize("mask", [0x01, 0x20, 0xFF])
def test_every_altered_byte_is_noticed(mask):
    content = container.dumps("model", {"W": np.ones((2, 2), np.float32)}, {"classes": ["a", "b"]})
    for position in range(len(content)):
        altered = bytearray(content)
        altered[position] ^= mask
        with pytest.raises(ModelFileError):
            container.loads(bytes(altered), "model")


def test_every_truncation_is_noticed():
    content = container.dumps("model", {"W": np.ones((2, 2), np.float32)}, {"classes": ["a", "b"]})
    for length in range(len(content)):
        with pytest.raises(ModelFileError):
            container.loads(content[:length], "model")


def test_an_extended_file_is_noticed(model):
    model.write_bytes(model.read_bytes() + b"\0")
    refused(model, match="damaged")


def test_a_cut_in_the_tensors_says_damaged(model):
    model.write_bytes(model.read_bytes()[:-1])
    assert "SHA-256" in refused(model, match="truncated or altered")


def test_the_seal_is_checked_before_anything_is_parsed(model, monkeypatch):
    content = bytearray(model.read_bytes())
    content[-1] ^= 1

    def parsed(*arguments):
        raise AssertionError("parsed an altered file")

    monkeypatch.setattr(json, "loads", parsed)
    monkeypatch.setattr(safetensors.numpy, "load", parsed)
    with pytest.raises(ModelFileError, match="SHA-256"):
        container.loads(bytes(content), "model")


class Bomb:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return os._exit, (66,)


def archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def numpy_archive() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, x=np.zeros(3))
    return buffer.getvalue()


def numpy_array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


STRANGERS = [
    ("a pickle", pickle.dumps(Bomb()), "pickle"),
    ("an old pickle", pickle.dumps({"weights": Bomb()}, protocol=0), "pickle"),
    ("PyTorch", archive(**{"archive__data.pkl": pickle.dumps(Bomb())}), "PyTorch"),
    ("Keras", archive(**{"metadata.json": b"{}", "config.json": b"{}", "model.weights.h5": b""}), "Keras"),
    ("old Keras", b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5"),
    ("npz", numpy_archive(), "NumPy archive"),
    ("npy", numpy_array(), "NumPy array"),
    ("zip", archive(**{"a.txt": b"hello"}), "zip archive"),
    ("broken zip", b"PK\x03\x04" + bytes(200), "zip archive"),
    ("joblib", gzip.compress(pickle.dumps(Bomb())), "gzip"),
    ("safetensors", safetensors.numpy.save({"x": np.zeros(3)}), "another program"),
    ("safetensors with metadata", safetensors.numpy.save({"x": np.zeros(3)}, {"pellucid": "{}"}), "another program"),
    ("text", b"hello " * 40, "no model at all"),
    ("a picture", b"\xff\xd8\xff\xe0" + bytes(200), "no model at all"),
    ("empty", b"", "is empty"),
    ("one byte", b"\0", "no model at all"),
]


@pytest.mark.parametrize(("content", "match"), [row[1:] for row in STRANGERS], ids=[row[0] for row in STRANGERS])
def test_files_of_others_are_named_and_never_opened(tmp_path, content, match):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    message = refused(path, match=match)
    assert str(path) in message and "expected a pellucid model file" in message


def test_missing_file_folder_and_impossible_name(tmp_path, model):
    refused(tmp_path / "none.safetensors", match="there is no file")
    assert str(model) in refused(tmp_path, match="is a folder")
    refused("a\0b", match="cannot read")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions bind neither Windows nor root")
def test_unreadable_file(model):
    model.chmod(0)
    refused(model, match="cannot read")


def test_a_newer_version_says_which_and_to_upgrade(model, monkeypatch):
    monkeypatch.setitem(container.VERSIONS, "model", 9)
    container.write(model, "model", TENSORS, HEADER)
    monkeypatch.undo()
    assert "upgrade" in refused(model, match="format version 9, this pellucid reads up to 4")


def test_model_and_checkpoint_are_told_apart(tmp_path, model):
    assert "resume" in refused(model, "checkpoint", match="is a model, expected a checkpoint")
    container.write(tmp_path / "checkpoint.safetensors", "checkpoint", TENSORS, HEADER)
    assert "--resume" in refused(tmp_path / "checkpoint.safetensors", match="is a checkpoint, expected a model")


@pytest.mark.parametrize(
    "forge",
    [
        lambda content: content.replace(b'\\"version\\":4', b'\\"version\\":0'),
        lambda content: content.replace(b'\\"version\\":4', b'\\"version\\":['),
        lambda content: content.replace(b'\\"format\\"', b'\\"fxrmat\\"'),
        lambda content: content.replace(b'"dtype":"F32"', b'"dtype":"F99"'),
        lambda content: content.replace(b'"shape":[2,3]', b'"shape":[2,9]'),
        lambda content: content.replace(b'"shape":[2,3]', b'"shape":[2,-'),
        lambda content: (1 << 62).to_bytes(8, "little") + content[8:],
        lambda content: content[:200],
        lambda content: content.replace(b"[2.5", b"[[[["),
    ],
)
def test_a_forged_seal_over_wrong_content_is_one_clear_error(forge):
    content = container.dumps("model", TENSORS, {"deep": [2.5]})
    with pytest.raises(ModelFileError) as caught:
        container.loads(reseal(forge(content)), "model")
    assert "\n" not in str(caught.value)


def test_nesting_without_end_is_refused():
    bomb = "[" * 200_000
    content = container.dumps("model", {}, {"deep": "@"}).replace(b'\\"@\\"', bomb.encode())
    length = int.from_bytes(content[:8], "little") + len(bomb) - 5
    with pytest.raises(ModelFileError):
        container.loads(reseal(length.to_bytes(8, "little") + content[8:]), "model")


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is POSIX")
def test_a_full_disk_leaves_the_old_file_whole(model):
    before = model.read_bytes()
    script = (
        "import resource, signal, sys, numpy as np\n"
        "from pellucid import container\nfrom pellucid.errors import OutputError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))\n"
        "try: container.write(sys.argv[1], 'model', {'W': np.zeros(100_000)}, {})\n"
        "except OutputError as error: print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", script, str(model)], capture_output=True, text=True, check=True)
    assert "cannot write" in run.stdout
    assert model.read_bytes() == before
    assert [path.name for path in model.parent.iterdir()] == [model.name]


def test_writing_into_a_missing_folder_is_an_output_error(tmp_path):
    with pytest.raises(OutputError):
        container.write(tmp_path / "none" / "model.safetensors", "model", TENSORS, HEADER)
