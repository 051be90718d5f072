"""Options that several subcommands share, each defined once."""

from __future__ import annotations

from typing import Annotated

import typer

DEFAULT_DEPLOYMENT = "local"
_DEPLOYMENT_HELP = (
    "Which deployment: its name, or its stack's. The account and Region are those of your AWS credentials. Before or"
    " after the subcommand."
)


def _chosen(context: typer.Context, given: str | None) -> str:
    """The deployment that was named nearest to the subcommand, or else by the environment."""
    level: typer.Context | None = context
    while level is not None and not given:
        given = level.params.get("deployment")
        level = level.parent  # type: ignore[assignment]  # typer's contexts all the way up
    return given or DEFAULT_DEPLOYMENT


#: For groups of subcommands; the root's also reads the environment, last of all.
GroupDeployment = Annotated[
    str | None, typer.Option("--deployment", "-d", help=_DEPLOYMENT_HELP, show_default=DEFAULT_DEPLOYMENT)
]
RootDeployment = Annotated[
    str | None,
    typer.Option(
        "--deployment", "-d", envvar="TRANSFERS_DEPLOYMENT", help=_DEPLOYMENT_HELP, show_default=DEFAULT_DEPLOYMENT
    ),
]
DeploymentName = Annotated[
    str,
    typer.Option("--deployment", "-d", callback=_chosen, help=_DEPLOYMENT_HELP, show_default=DEFAULT_DEPLOYMENT),
]
Instance = Annotated[
    str | None, typer.Option("--instance", help="Id or ARN of the instance, where the deployment serves several.")
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
