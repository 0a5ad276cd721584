"""Which networks have the short way to the gradient, and that it is the same gradient."""

import copy
import pickle

import numpy as np
import pytest

from pellucid.kernels import compiled, reference
from pellucid.nn import Conv2D, Dense, Dropout, Flatten, Network, SoftmaxCrossEntropy
from pellucid.optim import Adam, Update
from pellucid.training import train_step
from pellucid.training.faults import Faults, FaultyNetwork

RNG = np.random.default_rng(0)
X = RNG.standard_normal((20, 6, 6), dtype=np.float32)
T = RNG.integers(0, 3, 20)


def network(*layers, kernels=None):
    return Network([Flatten(), *layers, Dense(3)], X.shape[1:], kernels=kernels)


@pytest.mark.parametrize("layers", [[], [Dense(5, "relu")], [Dense(5), Dense(4, "relu", bias=False)], [Flatten(), Dense(5)]])
def test_dense_layers_in_a_row_are_a_chain(layers):
    assert network(*layers).chain


@pytest.mark.parametrize("layers", [[Dense(5, "tanh")], [Dense(5, "relu"), Dropout(0.5)]])
def test_other_layers_end_it(layers):
    assert network(*layers).chain is None


def test_pictures_a_single_output_and_frozen_layers_end_it():
    assert Network([Conv2D(2), Flatten(), Dense(3)], (6, 6, 1)).chain is None
    assert Network([Dense(4, "relu"), Dense(1)], (6,)).chain is None
    some = network(Dense(5, "relu"))
    some.set_factor("1.*", 0)
    assert some.chain is None
    some.set_factor("1.*", 0.5)
    assert some.chain
    assert FaultyNetwork.of(some, Faults(share=0.5)).chain is None  # its faults are in `backward`


@pytest.mark.parametrize("kernels", [compiled, reference])
@pytest.mark.parametrize("w", [None, RNG.random(20).astype(np.float32)])
def test_training_ends_in_the_bits_of_the_long_way(kernels, w):
    ends = []
    for short in (True, False):
        some = network(Dense(5, "relu"), kernels=kernels)
        if not short:
            some.chain = None
        loss, update = SoftmaxCrossEntropy(0.1), Update(Adam(some))
        batches = [(X[:n], T[:n], None if w is None else w[:n]) for n in (20, 7, 20, 1, 2, 3, 4)]
        ends.append(([train_step(some, loss, update, batch, 0.01) for batch in batches], some.theta.tobytes()))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda some: pickle.loads(pickle.dumps(some)), Network.replica])
def test_a_copy_has_a_chain_of_its_own(twin):
    some = network(Dense(5, "relu"))
    some.chain.gradient(X, T, None, 0.0)
    other = twin(some)
    other.chain.gradient(X, T, None, 0.0)
    np.testing.assert_array_equal(some.grad, other.grad)
    assert not np.shares_memory(some.grad, other.grad)


def test_wrong_labels_and_wrong_sizes_are_errors():
    chain = network(Dense(5, "relu")).chain
    with pytest.raises(ValueError, match="labels from 0 to 3 do not fit 3 outputs; expected 0 to 2"):
        chain.gradient(X[:2], np.array([0, 3]), None, 0.0)
    with pytest.raises(ValueError):
        chain.gradient(X[:2, :5], T[:2], None, 0.0)
    with pytest.raises(ValueError, match="2 examples have 1 labels and 2 weights"):
        chain.gradient(X[:2], T[:1], np.ones(2, np.float32), 0.0)
