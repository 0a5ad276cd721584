"""scikit-learn's MLPClassifier: one `fit` over many batches, for `partial_fit` checks its input at every call."""

import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from pellucid import machine

STEPS = 20  # an epoch; what `fit` does once an epoch and once a call is shared by so many steps


def step(workload):
    x, labels = workload.data(STEPS)
    labels[: workload.widths[-1]] = range(workload.widths[-1])  # every class occurs
    warnings.simplefilter("ignore", ConvergenceWarning)  # the number of epochs is fixed on purpose

    def run(steps: int) -> None:
        model = MLPClassifier(
            workload.widths[1:-1],
            batch_size=workload.batch,
            alpha=0.0,
            shuffle=False,
            max_iter=max(1, steps // STEPS),
            tol=0.0,
            n_iter_no_change=steps,
        )
        model.fit(x, labels)

    return run


def blas(**_):
    return machine.blas("numpy")
