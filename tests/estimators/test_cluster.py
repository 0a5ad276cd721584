"""Work that joblib sends to a Ray cluster."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.estimators import register_ray

ROOT = Path(__file__).parent.parent.parent

SEARCH = """
import json, os, tempfile, warnings
import joblib, numba
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from pellucid import PellucidClassifier, register_ray
from pellucid.machine import cores

def search():
    model = PellucidClassifier((8,), max_iter=15, random_state=0)
    found = GridSearchCV(model, {"hidden_layer_sizes": [(2,), (12,)], "alpha": [1e-4, 10.0]}, cv=3).fit(*load_iris(return_X_y=True))
    return found.best_params_, found.cv_results_["mean_test_score"].tolist()

def threads():
    warnings.simplefilter("ignore")
    return numba.get_num_threads()

warnings.simplefilter("ignore")
with joblib.parallel_config(n_jobs=2):
    usual = search()
register_ray()
with joblib.parallel_config("ray", n_jobs=64):
    there = search()
    workers = joblib.effective_n_jobs()
    each = joblib.Parallel()(joblib.delayed(threads)() for _ in range(4))
import ray
from ray._private.authentication.authentication_utils import is_token_auth_enabled
from ray._common.usage.usage_lib import usage_stats_enabled
print(json.dumps({
    "same": usual == there, "best": there[0], "workers": workers, "threads": each, "cores": cores(),
    "token": is_token_auth_enabled(), "usage": usage_stats_enabled(),
    "addresses": sorted({node["NodeManagerAddress"] for node in ray.nodes()}),
}))
ray.shutdown()
"""


@pytest.mark.slow
def test_a_grid_search_finds_the_same_on_a_cluster(tmp_path):
    pytest.importorskip("ray", reason="Ray is missing: pip install 'pellucid[ray]'")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PELLUCID_KERNELS": "reference", "HOME": str(tmp_path)}
    for name in ("RAY_ADDRESS", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN"):
        environment.pop(name, None)
    process = subprocess.run([sys.executable, "-c", SEARCH], env=environment, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    assert process.returncode == 0
    found = json.loads(process.stdout.splitlines()[-1])
    assert found["same"] and found["best"]["alpha"] == 1e-4
    assert found["workers"] <= found["cores"]
    assert found["workers"] * max(found["threads"]) <= found["cores"]
    assert found["token"] and not found["usage"]
    assert found["addresses"] == ["127.0.0.1"]


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("RAY_AUTH_MODE", "RAY_USAGE_STATS_ENABLED", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"):
        monkeypatch.delenv(name, raising=False)
    yield monkeypatch
    for name in ("RAY_AUTH_MODE", "RAY_USAGE_STATS_ENABLED", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"):
        os.environ.pop(name, None)


def test_without_ray(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "ray"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr("pellucid.estimators.cluster._require_tokens", lambda: None)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r"register_ray needs Ray, which is missing: pip install 'pellucid\[ray\]'"):
        register_ray()


def test_tokens_are_not_optional(monkeypatch):
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    with pytest.raises(ValueError, match="RAY_AUTH_MODE=disabled: whoever reaches the cluster could run programs on it"):
        register_ray()
    monkeypatch.delenv("RAY_AUTH_MODE")
    monkeypatch.setitem(sys.modules, "ray", object())
    with pytest.raises(ValueError, match="call register_ray before `import ray`"):
        register_ray()
