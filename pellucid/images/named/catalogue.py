"""The named data sets: their files as published, where they usually lie, and what their classes are called.

Checksums are those of the publishers (Fashion-MNIST) or those that torchvision checks (MNIST, CIFAR).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pellucid.images.readers.cifar import read_cifar_files
from pellucid.images.readers.idx import pairs_of, read_idx
from pellucid.images.source import Source


@dataclass(frozen=True)
class NamedDataset:
    """A data set that `pellucid train NAME` finds or downloads."""

    name: str
    files: Mapping[str, str]  # the published files -> checksum, "md5:..." or "sha256:..."
    addresses: tuple[str, ...]  # each followed by the name of a file
    folders: tuple[str, ...]  # where the publisher's files usually lie, below a folder of data sets
    extracted: tuple[Mapping[str, int], ...]  # the same unpacked: sets of files -> size in bytes
    read: Callable[[Path, Sequence[Path]], Source] = field(repr=False)
    rule: str = ""  # what the labels are, in words


def _idx(*classes: str) -> Callable[[Path, Sequence[Path]], Source]:
    return lambda path, files: read_idx(path, pairs_of(files), classes)


_IDX_SIZES = {
    "train-images-idx3-ubyte": 47_040_016,
    "train-labels-idx1-ubyte": 60_008,
    "t10k-images-idx3-ubyte": 7_840_016,
    "t10k-labels-idx1-ubyte": 10_008,
}

_MNIST = NamedDataset(
    "mnist",
    files={
        "train-images-idx3-ubyte.gz": "md5:f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "md5:d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "md5:9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "md5:ec29112dd5afa0611ce80d1b7f02629c",
    },
    addresses=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    folders=("MNIST/raw", "mnist"),
    extracted=(_IDX_SIZES,),
    read=_idx(*"0123456789"),
    rule="the digit that was written",
)

_FASHION = NamedDataset(
    "fashion-mnist",
    files={
        "train-images-idx3-ubyte.gz": "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "md5:25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "md5:bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "md5:bb300cfdad3c16e7a12a480ee83cd310",
    },
    addresses=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    ),
    folders=("FashionMNIST/raw", "fashion"),
    extracted=(_IDX_SIZES,),
    read=_idx("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
    rule="the piece of clothing that is shown",
)

_CIFAR_ADDRESSES = ("https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/")

_CIFAR10 = NamedDataset(
    "cifar-10",
    files={"cifar-10-python.tar.gz": "md5:c58f30108f718f92721af3b95e74349a"},
    addresses=_CIFAR_ADDRESSES,
    folders=("cifar-10-batches-py", "cifar-10-batches-bin"),
    extracted=(
        {
            "data_batch_1": 31_035_704,
            "data_batch_2": 31_035_320,
            "data_batch_3": 31_035_999,
            "data_batch_4": 31_035_696,
            "data_batch_5": 31_035_623,
            "test_batch": 31_035_526,
            "batches.meta": 158,
        },
        {**{f"data_batch_{k}.bin": 30_730_000 for k in range(1, 6)}, "test_batch.bin": 30_730_000, "batches.meta.txt": 61},
    ),
    read=read_cifar_files,
    rule="what the picture shows",
)

CATALOGUE = {dataset.name: dataset for dataset in (_MNIST, _FASHION, _CIFAR10)}
