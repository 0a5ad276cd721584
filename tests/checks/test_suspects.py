"""Labels that are wrong are found, and right ones are not doubted."""

import numpy as np

from benchmarks.planted.pictures import at_size, scene
from pellucid.checks import doubted_by_neighbours, doubted_out_of_fold, find_conflicts, find_copies
from pellucid.images import open_source


def test_wrong_labels_among_the_digits():
    """Of 35 planted among 1,797, at least 28 are found; beside them at most 5 are doubted."""
    source, rng = open_source("digits"), np.random.default_rng(0)
    labels, wrong = source.labels.copy(), rng.permutation(1797)[:35]
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, 35)) % 10
    found = doubted_by_neighbours(source.images, labels, np.arange(1797))
    rows = {suspect.row for suspect in found.suspects}
    assert found.reliable and len(rows & set(wrong.tolist())) >= 28 and len(rows - set(wrong.tolist())) <= 5
    assert all(suspect.suggested == source.labels[suspect.row] for suspect in found.suspects if suspect.row in wrong)
    assert [s.certainty for s in found.suspects] == sorted((s.certainty for s in found.suspects), reverse=True)


def test_neighbours_that_know_nothing_accuse_nobody():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (300, 12, 12, 1)).astype(np.uint8)
    found = doubted_by_neighbours(images, np.arange(300) % 3, np.arange(300))
    assert not found.reliable and found.suspects == []


def test_large_sets_are_sampled_and_rows_are_those_of_the_whole():
    source = open_source("digits")
    labels = source.labels.copy()
    labels[900] = (labels[900] + 1) % 10
    found = doubted_by_neighbours(source.images, labels, np.arange(1797), largest=900)
    assert {suspect.row for suspect in found.suspects} <= set(range(0, 1797, 2))


def test_copies_have_no_vote():
    """Twelve copies with a wrong label would outvote the truth about each other."""
    source = open_source("digits")
    images = np.concatenate([source.images, np.repeat(source.images[:1], 12, axis=0)])
    labels = np.concatenate([source.labels, np.full(12, 7)])
    groups = np.concatenate([np.arange(1797), np.zeros(12, int)])
    rows = {suspect.row for suspect in doubted_by_neighbours(images, labels, groups).suspects}
    assert set(range(1797, 1809)) <= rows


def test_out_of_fold():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 600)
    probabilities = 0.06 * rng.dirichlet(np.ones(3), 600) + 0.94 * np.eye(3)[truth]
    unsure = rng.permutation(600)[:60]
    probabilities[unsure] = rng.dirichlet(np.full(3, 8.0), 60)
    labels, wrong = truth.copy(), np.setdiff1d(np.arange(600), unsure)[:12]
    labels[wrong] = (labels[wrong] + 1) % 3
    found = doubted_out_of_fold(labels, probabilities)
    assert {suspect.row for suspect in found} == set(wrong.tolist())
    assert doubted_out_of_fold(truth, probabilities) == []


def test_copies_with_two_labels():
    rng = np.random.default_rng(0)
    images = np.stack([at_size(scene(rng), (32, 32, 3)) for _ in range(30)])
    images = np.concatenate([images, images[:4]])
    labels = np.concatenate([np.arange(30) % 2, [0, 1, 1, 1]])
    assert find_conflicts(find_copies(images, labels), labels).tolist() == [[2, 32]]
