"""Small files in the formats of MNIST and CIFAR, written as their publishers did."""

import gzip
import io
import pickle
import struct
from pathlib import Path

import numpy as np

CODES = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D, "float64": 0x0E}


def idx_bytes(array: np.ndarray) -> bytes:
    """An array as an idx file."""
    header = struct.pack(f">2x2B{array.ndim}I", CODES[array.dtype.name], array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write_mnist(
    folder: Path, train: int = 20, test: int = 10, compressed: bool = True, prefix: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    """The four files, with random pictures of 6 x 5 pixels and labels 0, 1, 2, 0, ...; all pictures and labels."""
    folder.mkdir(parents=True, exist_ok=True)
    images = np.random.default_rng(0).integers(0, 256, (train + test, 6, 5), dtype=np.uint8)
    labels = (np.arange(train + test) % 3).astype(np.uint8)
    for part, rows in (("train", slice(0, train)), ("t10k", slice(train, None))):
        for kind, values in (("images-idx3", images[rows]), ("labels-idx1", labels[rows])):
            content = idx_bytes(values)
            name = f"{prefix}{part}-{kind}-ubyte"
            (folder / (name + ".gz" * compressed)).write_bytes(gzip.compress(content) if compressed else content)
    return images, labels


class _PythonTwo(pickle._Pickler):
    """Writes bytes as the strings of Python 2, of which CIFAR's files are made."""

    dispatch = dict(pickle._Pickler.dispatch)  # noqa: RUF012

    def save_string(self, value):
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch[bytes] = save_string

    def save_array(self, array):
        """As numpy.ndarray of Python 2 reduced itself."""
        self.write(b"cnumpy.core.multiarray\n_reconstruct\n")
        self.write(b"(cnumpy\nndarray\n(I0\ntU\x01btR(I1\n")
        self.save(array.shape)
        self.write(b"cnumpy\ndtype\n(U\x02" + array.dtype.str[-2:].encode() + b"I0\nI1\ntR(I3\nU\x01")
        self.write(array.dtype.byteorder.replace("=", "<").encode() + b"NNNI-1\nI-1\nI0\ntbI00\n")
        self.save(array.tobytes())
        self.write(b"tb")

    dispatch[np.ndarray] = save_array


def python_two_pickle(value) -> bytes:
    """`value` pickled as Python 2 does by protocol 2; bytes are its strings."""
    stream = io.BytesIO()
    _PythonTwo(stream, 2).dump(value)
    return stream.getvalue()


def cifar_rows(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 3072), dtype=np.uint8)


def write_cifar10(folder: Path, count: int = 20) -> np.ndarray:
    """The seven files of the python version with `count` pictures each; all their rows (6 count, 3072)."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, name in enumerate([*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"]):
        rows.append(cifar_rows(count, number))
        batch = {b"batch_label": b"training batch", b"labels": [k % 10 for k in range(count)], b"data": rows[-1]}
        (folder / name).write_bytes(python_two_pickle(batch))
    names = b"airplane automobile bird cat deer dog frog horse ship truck".split()
    (folder / "batches.meta").write_bytes(python_two_pickle({b"num_cases_per_batch": count, b"label_names": names}))
    return np.concatenate(rows)


def write_cifar100(folder: Path, count: int = 200) -> np.ndarray:
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, name in enumerate(("train", "test")):
        rows.append(cifar_rows(count, number))
        fine, coarse = [k % 100 for k in range(count)], [k % 20 for k in range(count)]
        (folder / name).write_bytes(python_two_pickle({b"data": rows[-1], b"coarse_labels": coarse, b"fine_labels": fine}))
    names = {b"fine_label_names": [b"fine%d" % k for k in range(100)], b"coarse_label_names": [b"coarse%d" % k for k in range(20)]}
    (folder / "meta").write_bytes(python_two_pickle(names))
    return np.concatenate(rows)
