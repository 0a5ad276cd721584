"""A command or option that does not exist, or lacks its value: one line with the nearest right name."""

import difflib

import typer
from typer.core import TyperGroup

UsageError = typer.BadParameter.__base__  # typer carries click's, in some versions as a copy of its own


class Commands(TyperGroup):
    """The group of all commands, in the order of their registration."""

    def resolve_command(self, context, arguments):
        """Name the nearest command where there is none of that name."""
        name = arguments[0]
        if name not in self.commands:
            near = difflib.get_close_matches(name, self.commands, n=1)
            advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(self.commands)}"
            context.fail(f"no command {name}; {advice}")
        return super().resolve_command(context, arguments)


def in_one_line(error: UsageError) -> str:
    """The message, the nearest option where one was misspelled, and where to read more."""
    if option := getattr(error, "option_name", None):
        message = _no_option(option, error) if hasattr(error, "possibilities") else error.format_message()
    else:
        message = error.format_message()
    command = error.ctx.command_path if error.ctx else "pellucid"
    return f"{' '.join(message.split()).rstrip('.')} ({command} --help shows what there is)"


def _no_option(option: str, error: UsageError) -> str:
    from pellucid.recipes.problems import nearest  # only now: it loads pydantic

    options = [name for each in error.ctx.command.params for name in (*each.opts, *each.secondary_opts)]
    known = {_setting(name): name for name in options}
    near = nearest(_setting(option), known)
    return f"no option {option}" + (f"; did you mean {known[near]}?" if near else "")


def _setting(option: str) -> str:
    """--batch-size as batch_size."""
    return option.lstrip("-").replace("-", "_")
