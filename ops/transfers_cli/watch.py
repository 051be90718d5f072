"""``transfers watch``: the live figures, on a terminal or as JSON."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from rich.live import Live

from transfers_cli import options, say
from transfers_cli.deployment import open_deployment
from transfers_cli.figures import Watching
from transfers_cli.screen import screen


def watch(
    *,
    every: Annotated[float, typer.Option(min=0.5, help="Seconds between two looks at the queues.")] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="One look, and done.")] = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Show live figures until Ctrl-C: waiting, in flight, oldest, rate against the quota, throttles, failures by code.

    The queues are as they are; counts by minute come from CloudWatch and lag by up to a minute (about 0.12 USD an hour). The last
    line says so when a terminal is too small for everything; `--json` has it.
    """
    found = open_deployment(deployment)
    watching = Watching(found)
    if json:
        say.as_json({**found.place, **watching.figures().as_dict()})
        return
    if once:
        say.out.print(screen(found, watching.figures(), say.out.width))
        return
    with Live(console=say.out, auto_refresh=False, screen=say.out.is_terminal) as live:
        try:
            while True:
                size = say.out.size
                live.update(screen(found, watching.figures(), size.width, size.height), refresh=True)
                time.sleep(every)  # the screen's pace
        except KeyboardInterrupt:
            return
