"""Searches that grow past one machine: joblib's work on a Ray cluster."""

import os
import sys

from pellucid.machine import cores

THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def register_ray() -> None:
    """Give joblib a back-end "ray": what scikit-learn and `pellucid.tune` do in parallel then runs on a Ray cluster.

        register_ray()
        with joblib.parallel_config("ray", n_jobs=-1):
            GridSearchCV(PellucidClassifier(), grid).fit(X, y)

    The cluster is the one that the environment variable RAY_ADDRESS names or that `ray.init` joined before, else one of this
    machine alone, which is reached from this machine alone and ends with the process. A worker has one core and as many kernel
    threads; `parallel_config("ray", ray_remote_args={"num_cpus": 4})` gives each of fewer workers four. Never are there more
    workers than the cluster has cores for.

    Whoever reaches a cluster can run programs on it, so only those who hold its token may: RAY_AUTH_MODE=token is set. Ray keeps
    the token in ~/.ray/auth_token, makes one for a cluster of this machine, and looks for it in RAY_AUTH_TOKEN and
    RAY_AUTH_TOKEN_PATH too; `ray get-auth-token --generate` shows it, for the other machines of a cluster. Ray's usage
    statistics are switched off.

    Errors: ImportError where Ray is missing; ValueError where the environment switches tokens off, or Ray was imported before
    it could be told of them.
    """
    _require_tokens()
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if "RAY_ADDRESS" not in os.environ:  # what Ray does on Windows and macOS: else it turns 127.0.0.1 into an address for others
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    try:
        backend = _backend()
    except ImportError as error:
        raise ImportError("register_ray needs Ray, which is missing: pip install 'pellucid[ray]'") from error
    import joblib

    joblib.register_parallel_backend("ray", backend)


def _require_tokens() -> None:
    mode = os.environ.get("RAY_AUTH_MODE")
    if mode is not None and mode != "token":
        raise ValueError(
            f"RAY_AUTH_MODE={mode}: whoever reaches the cluster could run programs on it; set it to token, or unset it"
        )
    if mode is None and "ray" in sys.modules:
        raise ValueError("Ray was imported without tokens; call register_ray before `import ray`, or set RAY_AUTH_MODE=token")
    os.environ["RAY_AUTH_MODE"] = "token"


def _backend():
    """Ray's own back-end, with its threads in check."""
    import ray
    from ray.util.joblib.ray_backend import RayBackend

    class Backend(RayBackend):
        spans_machines = True

        def __init__(self, nesting_level=None, inner_max_num_threads=None, ray_remote_args=None, **others):
            self.cpus = (ray_remote_args or {}).get("num_cpus", 1)
            super().__init__(nesting_level, inner_max_num_threads, _with_threads(ray_remote_args, self.cpus), **others)

        def configure(self, n_jobs=1, parallel=None, prefer=None, require=None, **others):
            return super().configure(self.effective_n_jobs(n_jobs), parallel, prefer, require, **others)

        def effective_n_jobs(self, n_jobs):
            if not ray.is_initialized():
                _join(ray)
            places = max(1, int(ray.cluster_resources().get("CPU", 1) // self.cpus))
            n_jobs = 1 if n_jobs is None else n_jobs
            wanted = max(1, places + 1 + n_jobs) if n_jobs < 0 else n_jobs
            return super().effective_n_jobs(min(wanted, places))  # more workers than cores would wait for one for ever

    return Backend


def _join(ray) -> None:
    """The cluster of RAY_ADDRESS, or a new one of this machine alone."""
    if "RAY_ADDRESS" in os.environ:
        ray.init()
    else:
        ray.init(num_cpus=cores(), include_dashboard=False, _node_ip_address="127.0.0.1", log_to_driver=False)


def _with_threads(arguments: dict | None, cpus: float) -> dict:
    """Ray's arguments for a worker with `cpus` cores, which it reserves, and as many threads."""
    arguments = arguments or {}
    environment = arguments.get("runtime_env") or {}
    threads = dict.fromkeys(THREADS, str(max(1, int(cpus))))
    return arguments | {"num_cpus": cpus, "runtime_env": environment | {"env_vars": threads | environment.get("env_vars", {})}}
