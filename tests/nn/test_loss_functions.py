"""The losses as objects: targets of every kind, buffers, decisions, errors. `tests/kernels` tests their arithmetic."""

import copy
import pickle

import numpy as np
import pytest

from pellucid.nn import BinaryCrossEntropy, MeanSquaredError, Reconstruction, SoftmaxCrossEntropy
from pellucid.nn.losses import LOSSES

rng = np.random.default_rng(0)
Z = rng.standard_normal((5, 3))
LABELS = np.array([0, 2, 1, 1, 0])
ONE_HOT = np.eye(3)[LABELS]
EACH_LOSS = pytest.mark.parametrize("loss", [make() for make in LOSSES.values()], ids=LOSSES)


def value_and_gradient(loss, *arguments):
    value, dz = loss(*arguments)
    return value, dz.copy()


@EACH_LOSS
def test_labels_are_one_hot_targets(loss):
    value, dz = value_and_gradient(loss, Z, LABELS)
    soft_value, soft_dz = value_and_gradient(loss, Z, ONE_HOT)
    assert value == pytest.approx(soft_value, rel=1e-14)
    np.testing.assert_allclose(dz, soft_dz, atol=1e-16)


def test_label_smoothing_is_a_soft_target():
    smooth = 0.8 * ONE_HOT + 0.2 / 3
    expected, expected_dz = value_and_gradient(SoftmaxCrossEntropy(), Z, smooth)
    for targets in (LABELS, ONE_HOT):
        value, dz = value_and_gradient(SoftmaxCrossEntropy(0.2), Z, targets)
        assert value == pytest.approx(expected, rel=1e-14)
        np.testing.assert_allclose(dz, expected_dz, atol=1e-16)


@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), MeanSquaredError()])
def test_one_output_takes_labels_as_probabilities_of_class_1(loss):
    z, labels = Z[:, :1], np.array([0, 1, 1, 0, 1])
    assert loss(z, labels)[0] == loss(z, labels[:, None].astype(float))[0]
    assert loss(z, labels)[0] != loss(z, 1 - labels)[0]


@EACH_LOSS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("target_dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weight_dtype", [np.float32, np.float64])
def test_the_gradient_has_the_type_of_the_outputs(loss, dtype, target_dtype, weight_dtype):
    for t in (LABELS, ONE_HOT.astype(target_dtype)):
        value, dz = loss(Z.astype(dtype), t, np.ones(5, weight_dtype))
        assert type(value) is float and dz.dtype == dtype


@EACH_LOSS
@pytest.mark.parametrize("integer", [np.int64, np.int32, np.uint8])
def test_labels_of_any_integer_type(loss, integer):
    assert loss(Z, LABELS.astype(integer))[0] == loss(Z, LABELS)[0]


@EACH_LOSS
def test_a_smaller_batch_and_another_type_get_gradients_of_their_own_shape(loss):
    large = value_and_gradient(loss, Z, LABELS)[1]
    assert loss(Z[:2], LABELS[:2])[1].shape == (2, 3)
    assert loss(Z.astype(np.float32), LABELS)[1].dtype == np.float32
    np.testing.assert_array_equal(loss(Z, LABELS)[1], large)


@EACH_LOSS
def test_inputs_are_not_written_to(loss):
    z, w = Z.copy(), np.ones(5)
    for t in (LABELS.copy(), ONE_HOT.copy()):
        for array in (z, t, w):
            array.flags.writeable = False
        loss(z, t, w)


@EACH_LOSS
def test_a_copy_is_the_same_loss(loss):
    for twin in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        value, dz = loss(Z, LABELS)
        assert twin(Z, LABELS)[0] == value
        assert not np.shares_memory(twin(Z, LABELS)[1], dz)


@EACH_LOSS
@pytest.mark.parametrize("shape", [(5, 1), (1, 3), (5, 4), (4, 3)])
def test_targets_of_another_shape_are_refused(loss, shape):
    with pytest.raises(ValueError, match="do not fit outputs of shape"):
        loss(Z, np.zeros(shape))


@EACH_LOSS
@pytest.mark.parametrize("labels", [[0, 1, 2, 3, 0], [0, 1, -1, 0, 0]])
def test_labels_without_an_output_are_refused(loss, labels):
    with pytest.raises(ValueError, match=r"do not fit 3 outputs; expected 0 to 2"):
        loss(Z, np.array(labels))


@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), MeanSquaredError()])
def test_one_output_tells_two_classes_apart(loss):
    with pytest.raises(ValueError, match=r"from 0 to 2 do not fit 1 output; expected 0 to 1"):
        loss(Z[:, :1], np.array([0, 1, 2, 0, 0]))


@pytest.mark.parametrize("share", [-0.1, 1.0, np.nan])
def test_label_smoothing_lies_in_its_range(share):
    with pytest.raises(ValueError, match="label smoothing"):
        SoftmaxCrossEntropy(share)


def test_decisions():
    for loss in (SoftmaxCrossEntropy(), BinaryCrossEntropy(), MeanSquaredError()):
        assert loss.decide(np.array([[0.0, 3, 1], [2, -1, 1]])).tolist() == [1, 0]
    assert BinaryCrossEntropy().decide(np.array([[-0.1], [0.1], [0.0]])).tolist() == [0, 1, 0]  # p > 1/2
    assert MeanSquaredError().decide(np.array([[0.4], [0.6], [0.5]])).tolist() == [0, 1, 0]


def test_what_the_outputs_should_be():
    x, t = np.arange(12.0).reshape(2, 3, 2, 1), np.array([0, 1])
    assert SoftmaxCrossEntropy().targets(x, t) is t
    assert np.array_equal(Reconstruction().targets(x, t), x.reshape(2, 6))
    value, dy = Reconstruction()(np.zeros((2, 6)), Reconstruction().targets(x, t))
    assert value == pytest.approx(np.mean(x**2)) and np.allclose(dy, -2 * x.reshape(2, 6) / 12)


def test_how_many_outputs_and_what_they_mean():
    assert [make.link for make in LOSSES.values()] == ["softmax", "sigmoid", "none", "exp", "picture"]
    assert SoftmaxCrossEntropy().outputs(2) == 2 and MeanSquaredError().outputs(7) == 7
    assert BinaryCrossEntropy().outputs(2) == 1
    with pytest.raises(ValueError, match="softmax_cross_entropy"):
        BinaryCrossEntropy().outputs(3)
