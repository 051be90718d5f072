"""What one deployment does to another one in the same folder: things that are no mistake of one file alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import DEPLOYMENTS, load
from contact_transfer_cdk.settings.model import DeploymentSettings


def siblings(settings: DeploymentSettings, folder: Path = DEPLOYMENTS) -> list[DeploymentSettings]:
    """The other deployments of the same account and Region; files that cannot be read are left to their own commands."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            other = load(path.stem, folder)
        except DeploymentError:
            continue
        if other.name != settings.name and other.place == settings.place:
            found.append(other)
    return found


def warnings(settings: DeploymentSettings, others: Sequence[DeploymentSettings]) -> Iterator[str]:
    """A sentence for each thing that is unsafe if these deployments are deployed side by side."""
    for other in others:
        shared = sorted({one.id for one in settings.instances} & {one.id for one in other.instances})
        channels = sorted(settings.allowed_channels & other.allowed_channels)
        if shared and channels:
            yield (
                f"deployments '{settings.name}' and '{other.name}' both transfer {' and '.join(channels)} contacts of instance"
                f" {', '.join(shared)}, each with a ledger of its own: after lost answers both can announce one transfer. Give them"
                " 'allowedChannels' that differ, or use one deployment."
            )
    total = settings.quota_share + sum(other.quota_share for other in others)
    if others and total > 1:
        names = ", ".join(f"'{one.name}'" for one in (settings, *others))
        yield (
            f"deployments {names} draw on the quotas of account {settings.place.account} in {settings.place.region}, and their"
            f" 'quotaShare' add up to {total:g}: deployed together they would be throttled."
        )
