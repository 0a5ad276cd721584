"""BLAS is held to one thread while pellucid computes, and given back afterwards.

NumPy's products change their last bits with the number of BLAS threads, and two pools of threads in one process fight.
"""

import contextlib
import functools


def single_threaded_blas() -> contextlib.AbstractContextManager:
    """A context in which every BLAS that is loaded runs on one thread; the user's setting returns at its end."""
    controller = _controller()
    return contextlib.nullcontext() if controller is None else controller.limit(limits=1, user_api="blas")


@functools.cache
def _controller():
    """The libraries of this process, looked up once: the search takes 3 ms, longer than a small epoch."""
    try:
        import threadpoolctl
    except ImportError:  # prediction works with numpy, pillow and safetensors alone
        return None
    return threadpoolctl.ThreadpoolController()
