"""What a person reads when the local cloud cannot start: one sentence or the end of the log that matters, never a trace."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from contact_transfer_cdk.errors import DeploymentError
from local.deployment import DeployError
from local.processes import StartError
from local.toolbox import ToolError

_HINTS = {
    errno.ENOSPC: "The disk is full: free some space, or let TMPDIR name a folder on another disk",
    errno.EACCES: "This folder or file may not be used: check who owns it",
    errno.EMFILE: "This shell allows too few open files: raise the limit with ulimit -n 4096",
}


@contextmanager
def reported(console: Console) -> Iterator[None]:
    """Print what went wrong and end by ``Exit`` with 1; with 130 on Ctrl-C."""
    try:
        yield
    except (StartError, DeployError, DeploymentError, ToolError, TimeoutError) as error:
        console.print(str(error), style="bold red", markup=False)
        raise typer.Exit(1) from None
    except OSError as error:
        console.print(in_words(error), style="bold red", markup=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        console.print("ended", style="dim")
        raise typer.Exit(130) from None


def in_words(error: OSError) -> str:
    """An error of the operating system in one sentence, with what to do where that is known."""
    said = _HINTS.get(error.errno or 0, error.strerror or str(error))
    return f"{said} ({error.filename})." if error.filename else f"{said}."
