"""The losses of scikit-learn's perceptrons, of the losses of `nn`: sums over the outputs, where those are means."""

from pellucid.kernels import reference
from pellucid.nn import Loss


class Scaled(Loss):
    """factor * l, for a loss l of `nn`.

    With factor = K, the sum over the outputs in place of their mean: the weights of one output then learn at the same
    pace whether there are others or not. With factor = K / 2 on the squared error: 1/2 sum_k (y_k - t_k)^2.
    """

    names_classes = False  # several numbers, or several yes and no, at a time

    def __init__(self, loss: Loss, factor: float):
        super().__init__()
        self.loss, self.factor = loss, factor
        self.name, self.link, self.equation = loss.name, loss.link, f"{factor:g} · ({loss.equation})"

    def __call__(self, z, t, w=None, kernels=reference):
        value, dz = self.loss(z, t, w, kernels)
        dz *= self.factor
        return self.factor * value, dz

    def decide(self, z):
        return self.loss.decide(z)
