"""Errors travel between processes."""

import pickle

from pellucid.errors import TrainingDiverged


def test_a_divergence_comes_through_pickle():
    error = TrainingDiverged(step=12, epoch=1, learning_rate=0.5, what="the loss is nan")
    error.args = (f"{error}; the model of epoch 1 is kept",)
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is TrainingDiverged and str(twin) == str(error)
    assert (twin.step, twin.epoch, twin.learning_rate) == (12, 1, 0.5)
