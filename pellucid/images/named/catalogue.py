"""The named data sets: their files as published, where they usually lie, and what their classes are called.

Checksums are those of the publishers (Fashion-MNIST, CIFAR), those that torchvision checks (MNIST), and those of the files of
Andrew Ng's course (cat-vs-noncat), which has no public address: its copies are checked in the same way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pellucid.images.readers.cifar import read_cifar_files
from pellucid.images.readers.hdf5 import read_hdf5
from pellucid.images.readers.idx import pairs_of, read_idx
from pellucid.images.readers.parts import part_of
from pellucid.images.source import Source


class Published(NamedTuple):
    """A file as its publisher gives it out."""

    name: str
    size: int  # bytes
    checksum: str  # "md5:..." or "sha256:..."


@dataclass(frozen=True)
class NamedDataset:
    """A data set that `pellucid train NAME` finds or downloads."""

    name: str
    files: tuple[Published, ...]
    addresses: tuple[str, ...]  # each followed by the name of a file
    folders: tuple[str, ...]  # where the files usually lie, below a folder of data sets
    extracted: tuple[Mapping[str, int], ...]  # the same unpacked: sets of files -> size in bytes
    read: Callable[[Path, Sequence[Path]], Source] = field(repr=False)
    rule: str  # what the labels are, in words


def _idx(*classes: str) -> Callable[[Path, Sequence[Path]], Source]:
    return lambda path, files: read_idx(path, pairs_of(files), classes)


def _cifar(names: str) -> Callable[[Path, Sequence[Path]], Source]:
    return lambda path, files: read_cifar_files(path, files, names.split())


def _hdf5(path: Path, files: Sequence[Path]) -> Source:
    return read_hdf5(path, [(part_of(file.name), file) for file in files])


_IDX_SIZES = {
    "train-images-idx3-ubyte": 47_040_016,
    "train-labels-idx1-ubyte": 60_008,
    "t10k-images-idx3-ubyte": 7_840_016,
    "t10k-labels-idx1-ubyte": 10_008,
}

_MNIST = NamedDataset(
    "mnist",
    files=(
        Published("train-images-idx3-ubyte.gz", 9_912_422, "md5:f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        Published("train-labels-idx1-ubyte.gz", 28_881, "md5:d53e105ee54ea40749a09fcbcd1e9432"),
        Published("t10k-images-idx3-ubyte.gz", 1_648_877, "md5:9fb629c4189551a2d022fa330f9573f3"),
        Published("t10k-labels-idx1-ubyte.gz", 4_542, "md5:ec29112dd5afa0611ce80d1b7f02629c"),
    ),
    addresses=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    folders=("MNIST/raw",),
    extracted=(_IDX_SIZES,),
    read=_idx(*"0123456789"),
    rule="the digit that was written",
)

_FASHION = NamedDataset(
    "fashion-mnist",
    files=(
        Published("train-images-idx3-ubyte.gz", 26_421_880, "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        Published("train-labels-idx1-ubyte.gz", 29_515, "md5:25c81989df183df01b3e8a0aad5dffbe"),
        Published("t10k-images-idx3-ubyte.gz", 4_422_102, "md5:bef4ecab320f06d8554ea6380940ec79"),
        Published("t10k-labels-idx1-ubyte.gz", 5_148, "md5:bb300cfdad3c16e7a12a480ee83cd310"),
    ),
    addresses=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    ),
    folders=("FashionMNIST/raw", "data/fashion"),
    extracted=(_IDX_SIZES,),
    read=_idx("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
    rule="the piece of clothing that is shown",
)

_CIFAR_ADDRESSES = ("https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/")

_CIFAR10 = NamedDataset(
    "cifar-10",
    files=(Published("cifar-10-python.tar.gz", 170_498_071, "md5:c58f30108f718f92721af3b95e74349a"),),
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
        },
        {**{f"data_batch_{k}.bin": 30_730_000 for k in range(1, 6)}, "test_batch.bin": 30_730_000},
    ),
    read=_cifar("airplane automobile bird cat deer dog frog horse ship truck"),
    rule="what the picture shows",
)

_CIFAR100 = NamedDataset(
    "cifar-100",
    files=(Published("cifar-100-python.tar.gz", 169_001_437, "md5:eb9058c3a382ffc7106e4002c42a8d85"),),
    addresses=_CIFAR_ADDRESSES,
    folders=("cifar-100-python", "cifar-100-binary"),
    extracted=(
        {"train": 155_249_918, "test": 31_049_918, "meta": 1_473},
        {"train.bin": 153_700_000, "test.bin": 30_740_000},
    ),
    read=_cifar(
        "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle "
        "caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish "
        "forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle "
        "mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine "
        "possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar "
        "sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe whale willow_tree "
        "wolf woman worm"
    ),
    rule="what the picture shows (the fine labels)",
)

_CATS = NamedDataset(
    "cat-vs-noncat",
    files=(
        Published("train_catvnoncat.h5", 2_572_022, "sha256:fbe56ab67c3ae28d564e3a644189117976d6b31af0a3ce9bb17dbf22908af242"),
        Published("test_catvnoncat.h5", 616_958, "sha256:6a9d39ce52fa85953c5834695b8534a30ed8cfd54971fb2f080b5a24d002b951"),
    ),
    addresses=(
        "https://raw.githubusercontent.com/Youngyi/DeepLearning/dff21304241c5e651d4a6680cba6e23c3990e915/datasets/",
        "https://raw.githubusercontent.com/ramakris/coursera-deeplearning/b1c8f954b5711f918c75f764138837bbe1b3f7fc/datasets/",
        "https://raw.githubusercontent.com/aromito7/HUPS/2f73a5aeca472f0d85ce6edaf840d876da60c60f/datasets/",
    ),
    folders=("datasets",),
    extracted=(),
    read=_hdf5,
    rule="whether a cat is shown",
)

CATALOGUE = {dataset.name: dataset for dataset in (_MNIST, _FASHION, _CIFAR10, _CIFAR100, _CATS)}
