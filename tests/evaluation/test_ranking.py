"""Curves and areas, held to scikit-learn and to cases that are known by heart."""

import numpy as np
import pytest
from sklearn import metrics

from pellucid.evaluation import ranking

CLASSES = tuple("abcdefgh")


def answers(n=400, k=8, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, k, n)
    p = rng.dirichlet(np.ones(k), n) + 0.3 * np.eye(k)[labels]
    return p / p.sum(axis=1, keepdims=True), labels


def test_areas_are_scikit_learn_s():
    p, labels = answers()
    found = ranking(p, labels, CLASSES)
    assert found.roc_area == pytest.approx(metrics.roc_auc_score(labels, p, multi_class="ovr"))
    assert found.average_precision == pytest.approx(metrics.average_precision_score(np.eye(8)[labels], p))
    assert found.log_loss == pytest.approx(metrics.log_loss(labels, p))
    assert found.top == {k: pytest.approx(metrics.top_k_accuracy_score(labels, p, k=k)) for k in (3, 5)}
    assert [curve.name for curve in found.roc] == list(CLASSES)


def test_of_two_classes_there_is_one_curve():
    p, labels = answers(k=2)
    found = ranking(p, labels, ("no", "yes"))
    assert [curve.name for curve in found.roc] == ["yes"]
    assert found.roc[0].area == pytest.approx(metrics.roc_auc_score(labels, p[:, 1]))
    assert found.top == {}


def test_perfect_order_has_area_one_and_reversed_order_none():
    labels = np.repeat([0, 1], 20)
    p = np.stack([1 - np.linspace(0, 1, 40), np.linspace(0, 1, 40)], axis=1)
    assert ranking(p, labels, ("no", "yes")).roc[0].area == 1
    assert ranking(p[::-1], labels, ("no", "yes")).roc[0].area == 0


def test_classes_without_pictures_have_no_curve():
    p, labels = answers()
    found = ranking(p, np.where(labels == 3, 4, labels), CLASSES)
    assert "d" not in [curve.name for curve in found.roc] and len(found.roc) == 7
    alone = ranking(p, np.zeros(len(p), int), CLASSES)
    assert alone.roc == () and alone.roc_area is None and alone.to_json()["per_class"] == []


def test_long_curves_are_thinned_and_keep_their_ends():
    p, labels = answers(6000, 2)
    roc = ranking(p, labels, ("no", "yes")).roc[0]
    assert len(roc.x) <= 200
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 1, 1)
