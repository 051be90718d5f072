"""``transfers sweep``: its options, and what it tells."""

from __future__ import annotations

import time
from collections.abc import Sequence

import typer

from contact_transfer.queue_sweep.order import SweepOrder
from contact_transfer.queue_sweep.waiting import WaitingContact
from transfers_cli import options, say
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.expanded import expanded
from transfers_cli.listing import Listing
from transfers_cli.send.sending import Sent
from transfers_cli.sweep.place import chosen_instance
from transfers_cli.sweep.planning import plan_sweep
from transfers_cli.sweep.wanted import Wanted

#: Contacts of the table, at most; ``--json`` has all of them.
_SHOWN = 20


@expanded("wanted", Wanted)
def sweep(
    *,
    wanted: Wanted,
    instance: options.Instance = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    deployment: options.DeploymentName = "",
    json_: options.AsJson = False,
) -> None:
    """Move the contacts that wait in a queue, oldest first, as one batch.

    Shows what was found and asks before it sends. Contacts that have moved, ended or met an agent by then are skipped, not
    failed. Uses SearchContacts at 0.5 calls a second, 100 contacts a call. Status 1: some were not sent; 3: nothing waits.
    """
    found = open_deployment(deployment)
    order = wanted.order(found, chosen_instance(found, instance))
    _sweep(found, order, dry_run=dry_run, yes=yes, as_json=json_)


def _sweep(found: Deployment, order: SweepOrder, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    plan = plan_sweep(found, order)
    if not plan.contacts and not as_json:
        raise Stop("No contact waits there.", Exit.NOTHING)
    if not as_json:
        _show(order, plan.contacts)
    sent = Sent(refused=plan.refused)
    if sent.refused:
        say.note(f"the deployment refuses: {next(iter(sent.refused.values()))}", style="red")
    if plan.good and not dry_run:
        say.confirm(f"Ask for {say.count(len(plan.good), 'transfer')} by {found.stack}?", yes=yes)
        sent = plan.send(found)
    _show_result(found, order, plan.contacts, sent, dry_run=dry_run, as_json=as_json)
    if sent.refused or (len(sent.ids) < len(plan.good) and not dry_run):
        raise typer.Exit(Exit.NOT_ALL)
    if not plan.contacts:
        raise typer.Exit(Exit.NOTHING)


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
