"""``transfers failed redrive``: its options, and the order of looking, asking and sending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from transfers_cli import options, say
from transfers_cli.deployment import open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.expanded import expanded
from transfers_cli.failed import redriving, selection, showing
from transfers_cli.failed.moves import start
from transfers_cli.failed.moving import Moved
from transfers_cli.failed.parked import Choice
from transfers_cli.failed.prospect import WORTH_SENDING, Prospect
from transfers_cli.failed.source import Confirmation, Source

Rate = Annotated[float | None, typer.Option(min=0.1, help="Messages a second at most.")]
Also = Annotated[
    list[Prospect] | None,
    typer.Option(help="Send these prospects, too: without it, only what is ready, or ready if fixed."),
]
ServerSide = Annotated[
    bool, typer.Option("--server-side", help="With --all: SQS moves everything by itself; see also: failed moves.")
]
Hold = Annotated[
    int | None,
    typer.Option(min=1, max=900, help="Seconds that messages stay away should this process die; grows with the queue."),
]


@dataclass(frozen=True, kw_only=True)
class How:
    """How the chosen messages are sent again, by the options of these names."""

    also: Also = None
    rate: Rate = None
    server_side: ServerSide = False
    hold: Hold = None
    check: options.Check = False

    @property
    def sending(self) -> frozenset[Prospect]:
        """Messages with these prospects are sent: what SQS moves by itself it does not look at."""
        return frozenset(Prospect) if self.server_side else frozenset(WORTH_SENDING) | frozenset(self.also or ())


@expanded("how", How)
@expanded("chosen", selection.choice_of_ids)
def redrive(
    *,
    chosen: Choice,
    everything: selection.All = False,
    how: How,
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
    selection.not_by_accident(chosen, everything=everything)
    _check_usage(how, everything=everything, confirmation=confirmation)
    source = Source.of(open_deployment(deployment), confirmation=confirmation)
    plan = redriving.plan(source, chosen, how.sending, hold=how.hold, check=how.check)
    _show(plan, how.sending, as_json=json)
    if dry_run:
        redriving.tell(plan, None, as_json=json)
        return
    if not plan.chosen and json:
        redriving.tell(plan, Moved(), as_json=True)
    if not plan.chosen:
        none = f"None of the {len(plan.messages)} is worth sending; --also names what to send all the same."
        raise Stop(none, Exit.NOTHING)
    _send(plan, how, yes=yes, as_json=json)


def _check_usage(how: How, *, everything: bool, confirmation: bool) -> None:
    if how.server_side and not everything:
        raise Stop("SQS can only move everything: --server-side goes with --all.", Exit.USAGE)
    if how.check and confirmation:
        raise Stop("Contact events ask for no transfer: there is nothing to --check.", Exit.USAGE)


def _show(plan: redriving.Plan, sending: frozenset[Prospect], *, as_json: bool) -> None:
    if not as_json:
        say.out.print(showing.outlook(plan.messages, plan.judged, sending, asked=plan.asked))
        showing.unseen(plan.looking)
    if not plan.messages:
        raise Stop(f"No failed {plan.source.noun} fits.", Exit.NOTHING)


def _send(plan: redriving.Plan, how: How, *, yes: bool, as_json: bool) -> None:
    source, total = plan.source, say.count(len(plan.messages), plan.source.noun)
    number = f"up to {plan.looking.total}" if how.server_side else len(plan.chosen)
    say.confirm(f"Send {number} of {total} again?", yes=yes)
    if how.server_side:
        start(source, how.rate)
        return
    moved = redriving.carry_out(plan, source.look(how.hold), how.rate)
    redriving.tell(plan, moved, as_json=as_json)
    if not moved.whole or len(moved.sent) < len(plan.chosen):
        raise typer.Exit(Exit.NOT_ALL)
