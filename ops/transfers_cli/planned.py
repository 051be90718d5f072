"""A deployment as its settings file says it will be; no AWS account is asked."""

from __future__ import annotations

from pathlib import Path

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import DEPLOYMENTS, load
from contact_transfer_cdk.settings.model import DeploymentSettings
from transfers_cli.deployment import PREFIX
from transfers_cli.errors import Exit, Stop


def planned(name: str) -> DeploymentSettings:
    """The settings in ``deployments/NAME.json``. Raise ``Stop`` with one sentence when there are none, or one is wrong."""
    name = name.removeprefix(PREFIX)
    here = Path("deployments")  # of an installed command's user; the repository's otherwise
    folder = here if (here / f"{name}.json").is_file() else DEPLOYMENTS
    try:
        return load(name, folder)
    except DeploymentError as error:
        there = (folder / f"{name}.json").is_file()
        raise Stop(str(error), Exit.NOT_ALL if there else Exit.UNREACHABLE) from None
