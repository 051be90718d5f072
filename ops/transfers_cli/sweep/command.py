"""``transfers sweep``: its options, and what it tells."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from contact_transfer.bootstrap import CLOCK
from contact_transfer.queue_sweep.order import SweepOrder
from contact_transfer.queue_sweep.requests import body
from contact_transfer.queue_sweep.waiting import ContactSearch, SearchFailed, WaitingContact
from contact_transfer.request.source import Source, mark
from transfers_cli import options, say
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.listing import Listing
from transfers_cli.send.lines import Line, read_line
from transfers_cli.send.sending import Sent, send_lines
from transfers_cli.sweep.duration import seconds
from transfers_cli.sweep.place import chosen_instance, one_id

#: Contacts of the table, at most; ``--json`` has all of them.
_SHOWN = 20


def sweep(
    *,
    from_queue: Annotated[str, typer.Option("--from-queue", help="Id or ARN of the queue whose contacts are moved.")],
    flow: Annotated[str, typer.Option("--flow", help="Id or ARN of the flow that each transfer starts.")],
    to_queue: Annotated[str | None, typer.Option("--to-queue", help="Id or ARN of the queue they go to.")] = None,
    to_user: Annotated[str | None, typer.Option("--to-user", help="Id or ARN of the agent they go to.")] = None,
    older_than: Annotated[
        str, typer.Option("--older-than", help="Only contacts that have waited so long: 90s, 30m, 2h or 1d.")
    ] = "0m",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Move so many at most, the oldest.")] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", help="Only contacts of this channel: TASK or EMAIL.")
    ] = None,
    urgent: Annotated[bool, typer.Option("--urgent", help="Ask by the urgent lane.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Carried into the ledger and the events.")] = None,
    instance: Annotated[
        str | None, typer.Option("--instance", help="Id or ARN of the instance, where the deployment serves several.")
    ] = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    deployment: options.DeploymentName = "",
    json_: options.AsJson = False,
) -> None:
    """Move the contacts that wait in a queue, oldest first, as one batch.

    Shows what was found and asks before it sends. Contacts that have moved, ended or met an agent by then are skipped, not
    failed. Uses SearchContacts at 0.5 calls a second, 100 contacts a call. Status 1: some were not sent; 3: nothing waits.
    """
    if to_queue and to_user:
        raise Stop("Give --to-queue or --to-user: a transfer has one destination.", Exit.USAGE)
    waited = seconds(older_than)
    found = open_deployment(deployment)
    place = chosen_instance(found, instance)
    order = SweepOrder(
        instance_id=place.instance_id,
        from_queue_ids=(one_id(place, "queue", from_queue, "--from-queue"),),
        contact_flow_id=one_id(place, "contact-flow", flow, "--flow"),
        batch_id=_batch_id(),
        queue_id=one_id(place, "queue", to_queue, "--to-queue") if to_queue else None,
        user_id=one_id(place, "agent", to_user, "--to-user") if to_user else None,
        older_than_seconds=waited,
        limit=limit,
        channels=_channels(found, channel),
        is_urgent=urgent,
        reason=reason,
    )
    if order.queue_id in order.from_queue_ids:
        raise Stop("--to-queue is the queue that is swept: every contact would come back to it.", Exit.USAGE)
    _sweep(found, order, dry_run=dry_run, yes=yes, as_json=json_)


def _batch_id() -> str:
    return f"sweep-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(3)}"


def _channels(found: Deployment, channel: str | None) -> tuple[str, ...]:
    allowed = tuple(sorted(found.settings.allowed_channels))
    if channel is None:
        return allowed
    if channel.upper() not in allowed:
        raise Stop(f"--channel {channel}: this deployment transfers {' and '.join(allowed)}.", Exit.USAGE)
    return (channel.upper(),)


def _sweep(found: Deployment, order: SweepOrder, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    try:
        with say.err.status("searching"):
            contacts = ContactSearch(found.aws("connect"), CLOCK).waiting(order)
    except SearchFailed as error:
        raise Stop(f"Connect could not be searched: {error}", Exit.UNREACHABLE) from None
    if not contacts and not as_json:
        raise Stop("No contact waits there.", Exit.NOTHING)
    lines = [_line(found, number, order, contact) for number, contact in enumerate(contacts, 1)]
    sent = Sent(refused={line.number: line.wrong for line in lines if line.wrong is not None})
    if not as_json:
        _show(order, contacts)
    good = [line for line in lines if line.wrong is None]
    if sent.refused:
        say.note(f"the deployment refuses: {next(iter(sent.refused.values()))}", style="red")
    if good and not dry_run:
        say.confirm(f"Ask for {say.count(len(good), 'transfer')} by {found.stack}?", yes=yes)
        send_lines(found, good, sent)
    _show_result(found, order, contacts, sent, dry_run=dry_run, as_json=as_json)
    if sent.refused or (len(sent.ids) < len(good) and not dry_run):
        raise typer.Exit(Exit.NOT_ALL)
    if not contacts:
        raise typer.Exit(Exit.NOTHING)


def _line(found: Deployment, number: int, order: SweepOrder, contact: WaitingContact) -> Line:
    """The request, checked with the worker's own code, and marked as a sweep's."""
    line = read_line(number, body(order, contact), found.settings)
    return replace(line, attributes=mark(Source.SWEEP))


def _show(order: SweepOrder, contacts: Sequence[WaitingContact]) -> None:
    now = time.time()
    rows = [(one.contact_id, one.channel, say.when(one.queued_at), say.span(now - one.queued_at)) for one in contacts]
    more = f", the first {_SHOWN}" if len(rows) > _SHOWN else ""
    to = order.queue_id or order.user_id or "where the flow decides"
    title = f"{say.count(len(rows), 'contact')} in queue {order.from_queue_ids[0]}, to {to}{more}"
    say.out.print(Listing(title, ("!contact", "!channel", "!queued", "!waiting"), rows[:_SHOWN]))


def _show_result(
    found: Deployment,
    order: SweepOrder,
    contacts: Sequence[WaitingContact],
    sent: Sent,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    if as_json:
        swept = [
            {
                "contactId": contact.contact_id,
                "channel": contact.channel,
                "queuedAt": say.when(contact.queued_at),
                "messageId": sent.ids.get(number),
                "refused": sent.refused.get(number),
            }
            for number, contact in enumerate(contacts, 1)
        ]
        say.as_json({**found.place, "dryRun": dry_run, "batchId": order.batch_id, "contacts": swept})
        return
    if dry_run:
        say.result(f"{say.count(len(contacts) - len(sent.refused), 'contact')} would be moved; nothing was sent.")
        return
    say.result(f"{len(sent.ids)} of {len(contacts)} sent as batch {order.batch_id}.")
    say.note(f"to stop what has not begun: transfers cancel --batch-id {order.batch_id}")
