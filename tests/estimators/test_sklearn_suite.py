"""scikit-learn's own tests of its multi-layer perceptrons, run against the estimators.

The adapter: the source of `sklearn.neural_network.tests.test_mlp` is run in this module with two names exchanged. What it
tests of private attributes, or of what is different on purpose, is skipped and says why.
"""

import importlib.util
from pathlib import Path

import pytest

from pellucid.estimators import PellucidClassifier, PellucidRegressor

SOURCE = Path(importlib.util.find_spec("sklearn.neural_network.tests.test_mlp").origin)
IMPORT = "from sklearn.neural_network import MLPClassifier, MLPRegressor"
FLOAT32 = "training is in float32, whatever the type of X"
SKIPPED = {
    "test_fit": "private attributes: it writes the state of an estimator by hand",
    "test_gradient": "private method _loss_grad_lbfgs; tests/nn/test_gradient_table.py checks every gradient",
    "test_learning_rate_warmstart": "private attribute _optimizer; tests/estimators/test_rates.py tests the schedules",
    "test_adaptive_learning_rate": "private attribute _optimizer; tests/estimators/test_rates.py tests the schedules",
    "test_early_stopping_stratified": "the message names the label, [1], where scikit-learn says ['True']",
    "test_preserve_feature_names[PellucidClassifier]": "its labels are all one class, which is refused",
    "test_mlp_param_dtypes[PellucidClassifier-float64]": FLOAT32,
    "test_mlp_param_dtypes[PellucidRegressor-float64]": FLOAT32,
}
SLOW = (
    "test_mlp_loading_from_joblib_partial_fit",
    "test_multilabel_classification",
    "test_n_iter_no_change_inf",
    "test_partial_fit_classification",
    "test_partial_fit_regression",
)
pytestmark = pytest.mark.filterwarnings("default")

text = SOURCE.read_text(encoding="utf-8")
assert IMPORT in text
namespace = {"MLPClassifier": PellucidClassifier, "MLPRegressor": PellucidRegressor, "__name__": __name__}
exec(compile(text.replace(IMPORT, ""), SOURCE, "exec"), namespace)
for name in SLOW:
    namespace[name] = pytest.mark.slow(namespace[name])
globals().update({name: test for name, test in namespace.items() if name.startswith("test_")})


@pytest.fixture(autouse=True)
def skipped(request):
    if reason := SKIPPED.get(request.node.name):
        pytest.skip(reason)
