"""``transfers failed``: the group and its subcommands."""

from __future__ import annotations

import typer

from transfers_cli import options
from transfers_cli.commands import SETUP, Command
from transfers_cli.failed.drop import drop
from transfers_cli.failed.moves import moves
from transfers_cli.failed.redrive import redrive
from transfers_cli.failed.see import ls, show

app = typer.Typer(help="Failed requests: the dead-letter queue, looked at without hiding or losing a message.", **SETUP)
for command in (ls, show, redrive, moves, drop):
    app.command(cls=Command)(command)


@app.callback()
def group(*, deployment: options.GroupDeployment = None) -> None:
    """Take what stands before the subcommand; the subcommand looks it up in its context."""
    del deployment
