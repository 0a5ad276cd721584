"""Mixup and cutmix: pictures, labels and weights are mixed by the same shares."""

import numpy as np
import pytest
import scipy.stats

from pellucid.images import Batches, InputSpec
from pellucid.images.augmentation import Augmentation, Draws, mixed_targets
from pellucid.images.augmentation.mixing import mix
from pellucid.kernels import compiled, reference
from pellucid.nn import BinaryCrossEntropy, SoftmaxCrossEntropy

RNG = np.random.default_rng(0)
X = RNG.random((64, 8, 6, 3), np.float32)
DRAWS = Draws(np.arange(64), 0, 0)


def mixed(mixup=0.0, cutmix=0.0, kernels=reference):
    out = np.empty_like(X)
    return out, *mix(X, out, DRAWS, mixup, cutmix, kernels)


def test_mixup_is_a_weighted_mean():
    out, partners, share = mixed(mixup=0.4)
    s = share[:, None, None, None]
    np.testing.assert_allclose(out, (1 - s) * X + s * X[partners], atol=1e-6)
    assert len(np.unique(partners)) > 30


def test_cutmix_takes_each_pixel_from_one_of_the_two():
    out, partners, share = mixed(cutmix=1.0)
    other = (out == X[partners]).all(axis=3)
    assert (other | (out == X).all(axis=3)).all()
    different = partners != np.arange(64)
    np.testing.assert_allclose(other.mean(axis=(1, 2))[different], share[different])


def test_both_together_share_the_pictures():
    out, partners, _ = mixed(mixup=1.0, cutmix=1.0)
    from_one = ((out == X) | (out == X[partners])).all(axis=(1, 2, 3))
    assert 20 < from_one.sum() < 44


@pytest.mark.parametrize("alpha", [0.2, 1.0, 3.0])
def test_shares_follow_the_beta_distribution(alpha):
    many = np.zeros((5000, 1, 1, 1), np.float32)
    _, share = mix(many, many.copy(), Draws(np.arange(5000), 1, 0), alpha, 0.0, reference)
    assert scipy.stats.kstest(share, scipy.stats.beta(alpha, alpha).cdf).pvalue > 0.001


@pytest.mark.parametrize("settings", [{"mixup": 0.2}, {"cutmix": 1.0}, {"mixup": 0.2, "cutmix": 1.0}], ids=str)
def test_both_kernel_sets_mix_alike(settings):
    for a, b in zip(mixed(**settings), mixed(**settings, kernels=compiled), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_the_loss_of_a_mixed_picture_is_that_of_both_labels():
    """Zhang et al. 2018: the loss for mixed labels is the mixture of the losses; with weights, of the weighted ones."""
    labels, w, z = RNG.integers(0, 4, 64), RNG.random(64).astype(np.float32), RNG.standard_normal((64, 4)).astype(np.float32)
    _, partners, share = mixed(mixup=0.4)
    loss = SoftmaxCrossEntropy()

    def of(t, weights):
        value, dz = loss(z, t, weights.astype(np.float32))
        return value * weights.sum(), dz * weights.sum()

    t, weights = mixed_targets(labels, w, partners, share, 4)
    mine, other = of(labels, (1 - share) * w), of(labels[partners], share * w[partners])
    found = of(t, weights)
    np.testing.assert_allclose(found[0], mine[0] + other[0], rtol=1e-5)
    np.testing.assert_allclose(found[1], mine[1] + other[1], atol=1e-5)


def test_targets_sum_to_one_and_weights_stay_none():
    t, w = mixed_targets(np.array([0, 1, 2]), None, np.array([1, 1, 0]), np.array([0.25, 0.5, 1.0]), 3)
    assert w is None
    np.testing.assert_allclose(t, [[0.75, 0.25, 0], [0, 1, 0], [1, 0, 0]])


def test_weights_of_zero_make_no_nan():
    t, w = mixed_targets(np.array([0, 1]), np.zeros(2, np.float32), np.array([1, 0]), np.array([0.5, 0.5]), 2)
    assert (t == 0).all() and (w == 0).all()


def test_float_targets_are_mixed_as_they_are():
    t = np.array([[1.0, -2.0], [3.0, 4.0]])
    mixed_t, w = mixed_targets(t, np.array([1.0, 3.0], np.float32), np.array([1, 1]), np.array([0.5, 0.25]), 0)
    np.testing.assert_allclose(mixed_t, [[2.5, 2.5], [3, 4]])
    np.testing.assert_allclose(w, [2, 3])


def test_one_output_learns_the_second_class_of_two():
    z, t = np.array([[0.3], [-2.0]], np.float32), np.array([[0.25, 0.75], [1, 0]], np.float32)
    loss = BinaryCrossEntropy()
    value, dz = loss(z, t)
    dz = dz.copy()
    expected, expected_dz = loss(z, t[:, 1:].copy())
    assert value == expected
    np.testing.assert_array_equal(dz, expected_dz)


IMAGES = RNG.integers(0, 256, (40, 5, 4, 1), dtype=np.uint8)
LABELS = np.arange(40) % 3


def batches(size=16, **settings):
    return Batches(
        IMAGES, LABELS, np.arange(30), InputSpec((5, 4, 1)), size, seed=0, augmentation=Augmentation(**settings), classes=3
    )


def test_batches_hand_out_soft_targets():
    hard, soft = list(batches(flip=True).epoch(1)), []
    for x, t, w in batches(mixup=0.3, flip=True).epoch(1):
        assert t.shape == (len(x), 3) and t.dtype == np.float32 and w is None
        np.testing.assert_allclose(t.sum(axis=1), 1, rtol=1e-6)
        soft.append(t.copy())
    assert all(t.shape == (len(x),) for x, t, _ in hard)
    kept = np.mean([t.argmax() == label for t, (_, labels, _) in zip(soft, hard, strict=True) for t, label in zip(t, labels)])
    assert 0.4 < kept < 0.9


def test_mixed_labels_need_the_number_of_classes():
    with pytest.raises(AssertionError, match="number of classes"):
        Batches(IMAGES, LABELS, np.arange(30), InputSpec((5, 4, 1)), 8, augmentation=Augmentation(mixup=0.2))


@pytest.mark.parametrize("mixup", [0.0, 0.5])
def test_originals_are_shown_besides(mixup):
    made = batches(originals=True, flip=1.0, noise=0.5, mixup=mixup)
    assert made.count == 60 and len(made) == 4
    plain = np.empty((30, 5, 4, 1), np.float32)
    InputSpec((5, 4, 1)).normalise(IMAGES[:30], plain)
    found = []
    for x, t, _ in made.epoch(0):
        for picture, target in zip(x, t, strict=True):
            same = np.flatnonzero((picture == plain).all(axis=(1, 2, 3)))
            found += list(same)
            if mixup and len(same):
                assert target[LABELS[same[0]]] == 1
    assert sorted(found) == list(range(30))
