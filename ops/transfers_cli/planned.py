"""A deployment as its settings file says it will be; no AWS account is asked."""

from __future__ import annotations

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import DEPLOYMENTS, DeploymentSettings, load
from transfers_cli.errors import Exit, Stop


def planned(name: str) -> DeploymentSettings:
    """The settings in ``deployments/NAME.json``. Raise ``Stop`` with one sentence when there are none, or one is wrong."""
    try:
        return load(name)
    except DeploymentError as error:
        there = (DEPLOYMENTS / f"{name}.json").is_file()
        raise Stop(str(error), Exit.NOT_ALL if there else Exit.UNREACHABLE) from None
