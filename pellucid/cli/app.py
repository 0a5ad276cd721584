"""The commands and their order in `pellucid --help`."""

from typing import Annotated

import typer

from pellucid import __version__
from pellucid.cli.bench import bench
from pellucid.cli.check import check
from pellucid.cli.compare import compare
from pellucid.cli.evaluate import evaluate
from pellucid.cli.explain import explain
from pellucid.cli.find_lr import find_lr
from pellucid.cli.gradcheck import gradcheck
from pellucid.cli.predict import predict
from pellucid.cli.preview import preview
from pellucid.cli.recipes import recipes
from pellucid.cli.reproduce import reproduce
from pellucid.cli.train import train
from pellucid.cli.tune import tune
from pellucid.cli.usage import Commands

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich would take a third of the time that --help may take
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pellucid {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def pellucid(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Image classifiers you can see through.

    `pellucid train photos/` trains on a folder with one folder per class and writes a model and a report.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command()(train)
app.command()(tune)
app.command()(evaluate)
app.command()(predict)
app.command()(preview)
app.command()(explain)
app.command()(check)
app.command()(compare)
app.command()(recipes)
app.command()(reproduce)
app.command("find-lr")(find_lr)
app.command()(gradcheck)
app.command()(bench)
