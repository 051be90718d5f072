"""``transfers failed redrive``: its options, and the order of looking, asking and sending."""

from __future__ import annotations

from typing import Annotated

import typer

from transfers_cli import options, say
from transfers_cli.deployment import open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.failed import redriving, selection, showing
from transfers_cli.failed.moves import start
from transfers_cli.failed.moving import Moved
from transfers_cli.failed.prospect import WORTH_SENDING, Prospect
from transfers_cli.failed.source import Confirmation, Source


def redrive(
    *,
    ids: selection.Ids = None,
    codes: selection.Codes = None,
    contact: selection.Contact = None,
    route: selection.Route = None,
    after: selection.After = None,
    before: selection.Before = None,
    everything: selection.All = False,
    also: Annotated[
        list[Prospect] | None,
        typer.Option(help="Send these prospects, too: without it, only what is ready, or ready if fixed."),
    ] = None,
    rate: Annotated[float | None, typer.Option(min=0.1, help="Messages a second at most.")] = None,
    server_side: Annotated[
        bool, typer.Option("--server-side", help="With --all: SQS moves everything by itself; see also: failed moves.")
    ] = False,
    hold: Annotated[
        int | None,
        typer.Option(
            min=1, max=900, help="Seconds that messages stay away should this process die; grows with the queue."
        ),
    ] = None,
    check: options.Check = False,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    confirmation: Confirmation = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Send failed requests again: to the transfer queue first, out of the dead-letter queue second.

    Says beforehand which have meanwhile been transferred, which have expired and which cannot succeed, and leaves those.
    Ctrl-C ends it between two batches. Status 1: not everything chosen was moved; 3: nothing fits, or nothing is worth sending.
    """
    chosen = selection.choice(ids=ids, codes=codes, contact=contact, route=route, after=after, before=before)
    selection.not_by_accident(chosen, everything=everything)
    if server_side and not everything:
        raise Stop("SQS can only move everything: --server-side goes with --all.", Exit.USAGE)
    if check and confirmation:
        raise Stop("Contact events ask for no transfer: there is nothing to --check.", Exit.USAGE)
    source = Source.of(open_deployment(deployment), confirmation=confirmation)
    sending = frozenset(Prospect) if server_side else frozenset(WORTH_SENDING) | frozenset(also or ())
    plan = redriving.plan(source, chosen, sending, hold=hold, check=check)
    if not json:
        say.out.print(showing.outlook(plan.messages, plan.judged, sending, asked=plan.asked))
        showing.unseen(plan.looking)
    if not plan.messages:
        raise Stop(f"No failed {source.noun} fits.", Exit.NOTHING)
    if dry_run:
        redriving.tell(plan, None, as_json=json)
        return
    if not plan.chosen:
        if json:
            redriving.tell(plan, Moved(), as_json=True)
        raise Stop(
            f"None of the {len(plan.messages)} is worth sending; --also names what to send all the same.", Exit.NOTHING
        )
    _send(plan, rate=rate, hold=hold, yes=yes, server_side=server_side, as_json=json)


def _send(
    plan: redriving.Plan, *, rate: float | None, hold: int | None, yes: bool, server_side: bool, as_json: bool
) -> None:
    source, total = plan.source, say.count(len(plan.messages), plan.source.noun)
    say.confirm(f"Send {f'up to {plan.looking.total}' if server_side else len(plan.chosen)} of {total} again?", yes=yes)
    if server_side:
        start(source, rate)
        return
    moved = redriving.carry_out(plan, source.look(hold), rate)
    redriving.tell(plan, moved, as_json=as_json)
    if not moved.whole or len(moved.sent) < len(plan.chosen):
        raise typer.Exit(Exit.NOT_ALL)
