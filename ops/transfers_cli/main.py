"""The command itself: the subcommands composed, and what every one of them does with Ctrl-C, AWS's errors and its own."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from transfers_cli import options, say
from transfers_cli.audit.command import audit
from transfers_cli.batch.command import batch
from transfers_cli.cancel.command import cancel
from transfers_cli.commands import SETUP, Command
from transfers_cli.cost.command import cost
from transfers_cli.doctor.command import doctor
from transfers_cli.errors import Exit, Stop, sentence
from transfers_cli.failed.app import app as failed
from transfers_cli.pause import pause, resume
from transfers_cli.probe.command import probe
from transfers_cli.scheduled import scheduled
from transfers_cli.send.command import send
from transfers_cli.status.command import doubt, status
from transfers_cli.sweep.command import sweep
from transfers_cli.watch import watch
from transfers_cli.web.command import web

HELP = """Sees, explains and repairs a deployment of Contact Transfer.

Works against AWS and against the local cloud (`make serve`) alike: Region, credentials and endpoints are taken from the
environment, as in every AWS tool; the stack is found by its name. Account, Region and stack are shown first, always; only
`cost` asks nobody: it goes by `deployments/NAME.json`.

Exit status: 0 done; 1 done, but not for everything, or something was found wrong; 2 the options make no sense; 3 nothing
there that fits; 4 no such deployment, or AWS denies or does not answer; 5 the question was answered with no; 130 Ctrl-C.
"""

app = typer.Typer(name="transfers", help=HELP, pretty_exceptions_enable=False, **SETUP)
for command in (
    watch,
    status,
    batch,
    doubt,
    scheduled,
    send,
    cancel,
    sweep,
    pause,
    resume,
    doctor,
    probe,
    audit,
    cost,
    web,
):
    app.command(cls=Command)(command)
app.add_typer(failed, name="failed")


def _version(value: bool) -> None:  # noqa: FBT001 - typer calls it so
    if value:
        say.result(f"transfers {version('contact-transfer')}")
        raise typer.Exit


@app.callback()
def root(
    *,
    deployment: options.RootDeployment = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take what stands before the subcommand; the subcommand looks it up in its context."""
    del deployment, version


def main() -> None:
    """Run the command line and end with its status."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line; answer the exit status."""
    try:
        app(arguments, prog_name="transfers")
    except SystemExit as end:  # how typer ends, after --help or wrong options, too
        return end.code if isinstance(end.code, int) else int(Exit.DONE)
    except Stop as stop:
        say.note(stop.message, style="bold")
        return int(stop.status)
    except (ClientError, BotoCoreError) as error:
        say.note(sentence(error), style="bold red")
    return int(Exit.UNREACHABLE)


if __name__ == "__main__":
    main()
