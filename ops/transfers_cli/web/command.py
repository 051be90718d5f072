"""``transfers web``: the console in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from transfers_cli import options
from transfers_cli.deployment import open_deployment


def web(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen at; 0: any that is free.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the console in your browser, too.")] = False,
    deployment: options.DeploymentName = "",
) -> None:
    """Serve a console for your browser, on this machine alone, until Ctrl-C.

    It shows and does what the other commands do, with your own credentials: nothing is deployed, nothing is sent elsewhere. The
    printed address opens it once, for one browser; Enter prints a new one. Each page shows the command that does the same.
    """
    open_deployment(deployment)
    from transfers_cli.web.server import serve  # noqa: PLC0415 - a third of a second that no other command needs

    serve(deployment, port, browser=browser)
