"""`print(network)`: the table to the letter, and the numbers behind it."""

import numpy as np

from pellucid.nn import Dense, Network, presets

GOLDEN = """\
layer    y                                           output     parameters    memory  multiply-adds
───────────────────────────────────────────────────────────────────────────────────────────────────
Input                                                8 × 8 × 1
Flatten  y = x as one row                            64                  0     256 B              0
Dense    y = relu(x W + b)                           32              2,080  8.448 kB          2,048
Dropout  y = m x / 0.8,  P(m = 0) = 0.2 in training  32                  0     128 B              0
Dense    y = x W + b                                 10                330   1.36 kB            320
───────────────────────────────────────────────────────────────────────────────────────────────────
Total                                                10              2,410  10.19 kB          2,368"""


def test_golden_table():
    network = Network(presets.mlp([32], 10, dropout=0.2), (8, 8, 1))
    assert str(network) == GOLDEN


def test_rows_add_up():
    network = Network(presets.mlp([100, 50], 10), (28, 28, 1), dtype=np.float64)
    rows = network.rows()
    assert [row["name"] for row in rows] == ["Flatten", "Dense", "Dense", "Dense"]
    assert sum(row["parameters"] for row in rows) == network.parameters
    assert rows[1] == {
        "name": "Dense",
        "equation": "y = relu(x W + b)",
        "out_shape": [100],
        "parameters": 784 * 100 + 100,
        "memory": 8 * (784 * 100 + 100 + 100),
        "multiply_adds": 784 * 100,
    }


def test_ten_layers_and_more_keep_their_own_parameters():
    rows = Network([Dense(2)] * 12, (2,)).rows()
    assert [row["parameters"] for row in rows] == [6] * 12
