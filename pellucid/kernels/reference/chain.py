"""Dense layers in a row, with a softmax at their end: all that a batch teaches them."""

from pellucid.kernels.reference.dense import dense_backward, dense_forward
from pellucid.kernels.reference.loss import count_hits, softmax_cross_entropy


def chain_plan(layers, n):
    """What `chain_gradient` needs to know of the layers, for batches of n.

    layers: [(W, b, relu, dW, db, y, dy), ...], each for `dense_forward` and `dense_backward`; y and dy: (n, M), for the use of
    `chain_gradient`, where dy of a layer is dx of the next one.
    """
    return layers


def chain_gradient(plan, x, t, w, smoothing):
    """x_1 = x, x_(i+1) = f_i(x_i W_i + b_i)        then softmax cross-entropy, and every dW_i and db_i, last to first.

    x: (n, K)  t: (n,) int64 labels  w: (n,) or None. Returns the loss and how many rows decide for their label; -1 hits, and
    gradients without a meaning, where a label is none of the outputs.
    """
    inputs = [x]
    for W, b, relu, _, _, y, _ in plan:
        dense_forward(inputs[-1], W, b, relu, y)
        inputs.append(y)
    z, dz = inputs[-1], plan[-1][-1]
    if t.min() < 0 or t.max() >= z.shape[1]:
        return 0.0, -1
    loss, hits = softmax_cross_entropy(z, t, w, smoothing, dz), count_hits(z, t)
    for i in reversed(range(len(plan))):
        W, _, relu, dW, db, y, dy = plan[i]
        dense_backward(inputs[i], W, y, dy, relu, dW, db, plan[i - 1][-1] if i else None)
    return loss, hits
