"""The instance that a sweep is about, and ids of its queues, flows and agents."""

from __future__ import annotations

from contact_transfer.request.arn import InstanceArn, is_arn, parse_instance
from contact_transfer.request.field_types import is_id, one_spelling
from transfers_cli.deployment import Deployment
from transfers_cli.errors import Exit, Stop


def chosen_instance(found: Deployment, given: str | None) -> InstanceArn:
    """The instance that ``given`` names by id or ARN, or the deployment's only one. Raise ``Stop``."""
    served = [parse_instance(text) for text in found.settings.instance_arns]
    if given is None and len(served) == 1:
        return served[0]
    names = ", ".join(one.instance_id for one in served)
    if given is None:
        raise Stop(f"{found.stack} serves several instances: choose one of {names} with --instance.", Exit.USAGE)
    wanted = one_spelling(given)
    for one in served:
        if wanted in (one.instance_id, one.text):
            return one
    raise Stop(f"--instance {given}: {found.stack} serves {names}.", Exit.USAGE)


def one_id(instance: InstanceArn, kind: str, given: str, option: str) -> str:
    """The id that ``given`` is or, as an ARN of something of ``instance``, ends in. Raise ``Stop``.

    ``kind``: as ARNs have it. ``option``: where it was given.
    """
    text = one_spelling(given)
    found = instance.resource_id(kind, text) if is_arn(text) else text
    if found is None or not is_id(found):
        raise Stop(
            f"{option} {given}: this is no id or ARN of that kind in instance {instance.instance_id}.", Exit.USAGE
        )
    return found
