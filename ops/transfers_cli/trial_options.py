"""Options of the commands that start test contacts, each defined once."""

from __future__ import annotations

from typing import Annotated

import typer

Flow = Annotated[str | None, typer.Option("--flow", help="Flow that the transfers of the test contacts start.")]
Queue = Annotated[
    str | None, typer.Option("--queue", help="Queue that the test contacts go to; best one without agents.")
]
User = Annotated[str | None, typer.Option("--user", help="Agent that the test contacts go to.")]
StartFlow = Annotated[
    str | None,
    typer.Option(
        "--start-flow",
        help="Flow that the test contacts begin in; it must keep them alive.",
        show_default="--flow",
    ),
]
Instance = Annotated[
    str | None, typer.Option("--instance", help="Id or ARN of the instance, where the deployment serves several.")
]
Seconds = Annotated[float, typer.Option("--timeout", min=1, help="Seconds until all must have arrived.")]
