"""What a training leaves: its outcome, the model, the tables and the report."""

from pellucid.runs.results.finish import finish, write_start

__all__ = ["finish", "write_start"]
