"""Options that several subcommands share, each told once."""

from __future__ import annotations

from typing import Annotated

import typer

DeploymentName = Annotated[
    str,
    typer.Option(
        "--deployment",
        "-d",
        envvar="TRANSFERS_DEPLOYMENT",
        help="Which deployment: the stack is ContactTransfer-NAME, in the account and Region of your AWS credentials.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to standard output, for scripts.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; for scripts.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Say what would be done, and do nothing.")]
Check = Annotated[
    bool,
    typer.Option(
        "--check",
        help="Ask Connect, too: contact, flow and destination. Uses up to a quarter of the account's quota of look-ups.",
    ),
]
