"""``transfers scheduled``: the requests that EventBridge Scheduler holds until they are due."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

import typer

from transfers_cli import options, say
from transfers_cli.deployment import open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.held import HeldRequest, held_requests
from transfers_cli.listing import Listing


def scheduled(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many schedules to read; each takes a call.")] = 100,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """List the requests that are held until they are due: when, which request and contact, and to which queue.

    Those with `notBefore`, and those of routes with `afterMinutes`. Status 3: none is held.
    """
    found = open_deployment(deployment)
    read = list(islice(held_requests(found), limit + 1))
    listed, more = sorted(read[:limit], key=lambda one: one.until), len(read) > limit
    if json:
        say.as_json({**found.place, "scheduled": [_as_dict(one) for one in listed], "more": more})
    elif listed:
        rows = [(say.when(one.until), *map(one.public.get, ("contactId", "requestName")), one.queue) for one in listed]
        title = f"{say.count(len(rows), 'request')} held" + (", and more: give a higher --limit" if more else "")
        say.out.print(Listing(title, ("!due", "!contact", "!request", "!queue"), rows))
    if not listed:
        raise Stop("No request is held.", Exit.NOTHING)


def _as_dict(held: HeldRequest) -> dict[str, Any]:
    return {
        "due": say.when(held.until),
        "requestName": held.public.get("requestName"),
        "contactId": held.public.get("contactId"),
        "queue": held.queue,
        "schedule": held.schedule,
    }
