"""Dropout: what the masks depend on, and what stays the same on average. `tests/kernels` tests the mask itself."""

import numpy as np

from pellucid.nn import Dense, Dropout, Network


def run(network, x, step):
    network.clock.step = step
    return network.forward(x, train=True, keep=True).copy()


ONES = np.ones((20, 50), np.float32)


def test_the_mask_depends_on_seed_step_and_position():
    network = Network([Dropout(0.5)], (50,), seed=1)
    first = run(network, ONES, 7)
    np.testing.assert_array_equal(run(network, ONES, 7), first)
    np.testing.assert_array_equal(run(Network([Dropout(0.5)], (50,), seed=1), ONES, 7), first)
    assert not np.array_equal(run(network, ONES, 8), first)
    assert not np.array_equal(run(Network([Dropout(0.5)], (50,), seed=2), ONES, 7), first)
    two = Network([Dropout(0.5), Dropout(0.5)], (50,), seed=1)
    assert not np.array_equal(run(two, ONES, 7), first * first)  # the second layer has a mask of its own


def test_a_row_is_masked_by_its_place_in_the_batch():
    """So a batch cut short keeps the masks of its rows; two halves of a batch would share one mask between them."""
    network = Network([Dropout(0.5)], (50,))
    whole = run(network, ONES, 0)
    np.testing.assert_array_equal(run(network, ONES[:6], 0), whole[:6])
    assert not np.array_equal(run(network, ONES[6:], 0), whole[6:])


def test_the_rate_and_the_mean_over_many_steps():
    network = Network([Dropout(0.3)], (50,))
    outputs = np.array([run(network, ONES, step) for step in range(400)])
    assert abs(np.mean(outputs == 0) - 0.3) < 0.003  # 400,000 draws: 5 deviations are 0.0036
    np.testing.assert_allclose(outputs.mean(axis=0), 1, atol=5 * np.sqrt(0.3 / 0.7 / 400))


def test_both_types_drop_the_same():
    single, double = (
        run(Network([Dropout(0.5)], (50,), dtype=dtype), ONES.astype(dtype), 3) for dtype in (np.float32, np.float64)
    )
    np.testing.assert_array_equal(single == 0, double == 0)


def test_gradients_flow_where_outputs_did():
    network = Network([Dropout(0.5)], (50,))
    y = run(network, ONES, 0)
    np.testing.assert_array_equal(network.backward(ONES.copy(), need_dx=True), y)


def test_rate_0_is_no_dropout():
    network = Network([Dense(4), Dropout(0.0)], (50,))
    np.testing.assert_array_equal(run(network, ONES, 0), network.forward(ONES))
