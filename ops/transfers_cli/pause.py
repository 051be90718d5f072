"""``transfers pause`` and ``resume``: stop the worker without losing a request, and start it again."""

from __future__ import annotations

import time

from transfers_cli import options, say
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.switching import queued, switch, to_switch


def pause(
    *,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Stop transfers of both lanes at once; the queues keep every request. The first thing to do in an incident.

    What a worker has in hand is finished. Requests wait in the queue for as long as it keeps messages (said below); only an
    expiresAt of their own can pass. Start again with `transfers resume`.
    """
    _switch(open_deployment(deployment), on=False, dry_run=dry_run, yes=yes, as_json=json)


def resume(
    *,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Start transfers again, at the usual pace, with what waited longest."""
    _switch(open_deployment(deployment), on=True, dry_run=dry_run, yes=yes, as_json=json)


def _switch(found: Deployment, *, on: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    others = to_switch(found, on=on)
    if others and not dry_run:
        say.confirm("Start transfers again?" if on else "Stop all transfers of this deployment?", yes=yes)
        switch(found, others, on=on)
    _tell(found, on=on, already=not others, dry_run=dry_run, as_json=as_json)


def _tell(found: Deployment, *, on: bool, already: bool, dry_run: bool, as_json: bool) -> None:
    there, pace = queued(found), found.settings.transfers_per_second
    safe = say.when(there.safe_until(time.time()))
    changed = not (already or dry_run)
    if as_json:
        shown = {"running": on if changed or already else not on, "changed": changed, "waiting": there.waiting}
        say.as_json({**found.place, **shown, "oldestSeconds": there.oldest, "keptUntil": None if on else safe})
        return
    state = "running" if on else "paused"
    would = "would be " if dry_run and not already else ("was already " if already else "")
    say.result(f"{found.stack} {would or 'is '}{state}. {there.waiting} requests wait in the queues of both lanes.")
    if on:
        say.result(f"At {pace:g} a second they take {say.span(there.waiting / pace)}.")
        return
    if there.oldest is None:
        say.result(f"The queue keeps a request for {say.span(there.kept)} after it was sent.")
        say.note("CloudWatch does not tell the age of the oldest one, so the moment cannot be named.")
    else:
        say.result(f"It is safe until {safe}: then the oldest request would be too old for the queue.")
    say.note(
        "Requests whose own expiresAt passes meanwhile will fail as RequestExpired. Start again: transfers resume."
    )
