"""``transfers status`` and ``transfers doubt``: their options, and what they say when nothing was found."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from transfers_cli import options, say
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.ledger import LedgerReader
from transfers_cli.listing import Listing
from transfers_cli.status import showing
from transfers_cli.status.search import Answer, Search, chosen_instances
from transfers_cli.status.states import State
from transfers_cli.timeline.reading import timeline

Id = Annotated[
    str,
    typer.Argument(
        help="A request's name (request:… or contact:…), a requestId, a contact's id or ARN, old or new, or a message's id.",
    ),
]
Instance = Annotated[str | None, typer.Option(help="Only this instance, when the deployment serves several.")]
_WAITING = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


def status(
    *,
    what: Id,
    request_id: Annotated[bool, typer.Option("--request-id", help="WHAT is a requestId and nothing else.")] = False,
    instance: Instance = None,
    chain: Annotated[bool, typer.Option(help="Ask Connect for the contacts before and after.")] = True,
    logs: Annotated[bool, typer.Option(help="Ask for the worker's log lines, too: every step of the timeline.")] = True,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Say what became of a request or a contact: not seen yet, deferred, in doubt, failed or transferred.

    With it: a timeline, when and from where it was asked, how often it was tried, the last error and the next try, where a failed
    message is now, and which contacts came before and after. Status 3: it was not seen.
    """
    found = open_deployment(deployment)
    answer = Search(found, instance, by_request_id=request_id, connect=chain).find(what)
    waiting = None if answer.is_seen else sum(found.waiting(*_WAITING).values())
    if json:
        not_seen = {"state": State.NOT_SEEN, "waitingInQueue": waiting} if waiting is not None else {}
        entries = [entry.as_dict() for entry in timeline(found, answer, logs=logs)]
        say.as_json({**found.place, **showing.as_dict(answer), "timeline": entries, **not_seen})
    else:
        showing.show(answer, timeline(found, answer, logs=logs))
    if waiting is not None:
        raise Stop(_not_seen(found, answer, waiting), Exit.NOTHING)


def _not_seen(found: Deployment, answer: Answer, waiting: int) -> str:
    if answer.letters is None or answer.letters.refused is None:
        failed = "no failed message has it"
    else:
        failed = f"the dead-letter queue could not be read ({answer.letters.refused})"
    begun = f"{answer.what} has not been seen yet: the worker has begun no request of that id, and {failed}."
    if waiting:
        there = say.count(waiting, "message")
        return f"{begun} {there} waiting in the transfer queue, or deferred: it may be one of them. Ask again."
    days = found.settings.ledger_days
    known = " Connect knows the contact, shown above." if answer.tree else ""
    return (
        f"{begun} The transfer queue is empty: it was not sent, has another id, or is older than {days:g} days.{known}"
    )


def doubt(
    *,
    instance: Instance = None,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """List the contacts that are in doubt: an answer of Connect was lost, and what happened is not known yet.

    The worker goes on finding out; see one with `transfers status CONTACT-ID`.
    """
    found = open_deployment(deployment)
    reader = LedgerReader(found)
    listed = [one for instance_id in chosen_instances(found, instance) for one in reader.in_doubt(instance_id)]
    if json:
        in_doubt: list[dict[str, Any]] = [
            {"instanceId": one.instance_id, "contactId": one.contact_id, "inDoubtSince": say.when(one.since)}
            for one in listed
        ]
        say.as_json({**found.place, "inDoubt": in_doubt})
        return
    rows = [(one.contact_id, say.when(one.since), one.instance_id) for one in listed]
    say.out.print(Listing(f"{say.count(len(rows), 'contact')} in doubt", ("!contact", "!since", "!instance"), rows))
