"""What can go wrong, in one tree:

    PellucidError
    ├── DataError           a source, picture or array that cannot be used
    ├── RecipeError         a recipe, flag or setting that makes no sense
    ├── ModelFileError      a model or checkpoint file that cannot be read
    ├── OutputError         a folder or disk that cannot take the results
    ├── Interrupted         stopped by the user before there was anything to keep
    └── TrainingDiverged    the loss or the gradient became NaN or infinite

Each message is one line: what came, what was expected, how to fix it. The command line prints it and exits with status 2.
"""

import copyreg


class PellucidError(Exception):
    """Base of every error that a user of pellucid can cause."""


class DataError(PellucidError):
    """A source, picture or array that cannot be used."""


class RecipeError(PellucidError):
    """A recipe, flag or setting that makes no sense."""


class ModelFileError(PellucidError):
    """A model or checkpoint file that cannot be read."""


class OutputError(PellucidError):
    """A folder or disk that cannot take the results."""


class Interrupted(PellucidError):
    """Stopped by the user before there was anything to keep."""


class TrainingDiverged(PellucidError):
    """The loss or the gradient became NaN or infinite; the parameters are those before the failing step."""

    def __init__(self, *, step: int, epoch: int, learning_rate: float | None, what: str):
        rate = "" if learning_rate is None else f" with learning rate {learning_rate:.3g}"
        lower = "" if learning_rate is None else f"a learning rate of {learning_rate / 10:.2g}, "
        super().__init__(
            f"training diverged: {what} at step {step} (epoch {epoch + 1}){rate}; try {lower}"
            "clipping (--set optimizer.clip_norm=1), or scaled inputs (--set input.normalisation=unit)"
        )
        self.step, self.epoch, self.learning_rate = step, epoch, learning_rate

    def __reduce__(self):
        """For pickle, which would call `__init__` with the message: errors travel between processes."""
        return copyreg.__newobj__, (type(self), *self.args), vars(self)
