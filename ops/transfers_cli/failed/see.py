"""``transfers failed ls`` and ``show``: look at what failed."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from transfers_cli import options, say
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.expanded import expanded
from transfers_cli.failed import redriving, selection, showing
from transfers_cli.failed.looking import Looking
from transfers_cli.failed.parked import Choice, Parked
from transfers_cli.failed.source import CONFIRMATION, Confirmation, Source
from transfers_cli.progress import counting


def _see(looking: Looking, choice: Choice) -> list[Parked]:
    with counting("looking", looking.total) as progress:
        seen = looking.look(progress.reached)
    return [message for message in seen if message in choice]


@expanded("choice", selection.choice)
def ls(
    *,
    choice: Choice,
    each: Annotated[bool, typer.Option("--each", "-e", help="Every message, not only the groups.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="With --each, at most so many messages.")] = 50,
    confirmation: Confirmation = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Show what has failed, grouped by code and route. Every message stays, and is visible to others again at once."""
    found = open_deployment(deployment)
    source = Source.of(found, confirmation=confirmation)
    with source.look() as looking:
        messages = _see(looking, choice)
    events = 0 if confirmation else _contact_events(found)
    if json:
        seen = {"messages": [m.summary() for m in messages], "elsewhere": looking.elsewhere}
        say.as_json({**found.place, **seen, **({} if confirmation else {"contactEvents": events})})
        return
    say.out.print(showing.listing(messages, limit) if each else showing.groups(messages, source.noun))
    showing.unseen(looking)
    if events:
        say.note(
            f"{say.count(events, 'contact event')} could not be processed or delivered, too: transfers failed ls --confirmation",
            style="yellow",
        )


def _contact_events(found: Deployment) -> int:
    """How many messages the confirmation function's dead-letter queue counts; none where the stack does not name it yet."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(found.queue(CONFIRMATION, *names).values()) if CONFIRMATION in found.outputs else 0


def show(
    *,
    message: Annotated[str, typer.Argument(help="A message id, as ls --each shows it, or as it was when first sent.")],
    confirmation: Confirmation = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Show one failed request whole, with its body, and say what sending it again would bring.

    Status 3: it is not there, or somebody else has it in hand.
    """
    source = Source.of(open_deployment(deployment), confirmation=confirmation)
    with source.look() as looking:
        messages = _see(looking, Choice(ids=frozenset({message})))
    if not messages:
        showing.unseen(looking)
        raise Stop(f"There is no message {message} in the dead-letter queue.", Exit.NOTHING)
    forecast = redriving.judge(source, messages)[messages[0].message_id][0]
    if json:
        outlook: dict[str, Any] = {"prospect": forecast.prospect, "why": forecast.why}
        say.as_json({**messages[0].summary(), "body": messages[0].body, "ifSentAgain": outlook})
    else:
        showing.whole(messages[0], forecast)
