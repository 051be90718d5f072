"""``transfers batch``: its options, and what it tells."""

from __future__ import annotations

from typing import Annotated

import typer

from transfers_cli import options, say
from transfers_cli.batch.progress import read_progress
from transfers_cli.deployment import open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.status.command import Instance
from transfers_cli.status.search import chosen_instances


def batch(
    *,
    batch_id: Annotated[
        str, typer.Argument(help="The batchId of the requests, as producers, sweeps or --batch-id gave it.")
    ],
    instance: Instance = None,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Say how far a batch is: transferred, failed, skipped, cancelled, under way, and held until they are due.

    A queue cannot be searched, so what work has not begun on is among the messages in the queues. Status 3: nothing is known of it.
    """
    found = open_deployment(deployment)
    progress = read_progress(found, chosen_instances(found, instance), batch_id)
    if json:
        say.as_json({**found.place, **progress.as_dict()})
    else:
        say.facts(f"batch {batch_id}", progress.facts())
    if not progress.is_known:
        raise Stop("No request of this batch has begun, and none is held.", Exit.NOTHING)
