"""``transfers status``: all that is known of one request or one contact, from the ledger and from Connect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

import typer

from contact_transfer.confirmation.arrivals import Arrival
from contact_transfer.connect.responses import ContactView
from contact_transfer.ledger.documents import arrival_key, contact_key, decode, request_key
from contact_transfer.ledger.records import Contact, Extensible
from contact_transfer.ledger.request_ids import RequestId
from contact_transfer.request import arn, identity
from contact_transfer.request.field_types import one_spelling
from contact_transfer.request.model import shown
from transfers_cli import options, say
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.ledger import Asked, Story, read_story
from transfers_cli.listing import Listing
from transfers_cli.look import Looker

T = TypeVar("T", bound=Extensible)
NameOrContact = Annotated[
    str,
    typer.Argument(
        help="A request's name (request:… or contact:…), a contact's id or ARN, old or new; with --request-id, a requestId.",
    ),
]


def status(
    *,
    what: NameOrContact,
    request_id: Annotated[bool, typer.Option("--request-id", help="WHAT is the producer's own requestId.")] = False,
    instance: Annotated[
        str | None, typer.Option(help="Only this instance, when the deployment serves several.")
    ] = None,
    chain: Annotated[bool, typer.Option(help="Ask Connect for the contacts before and after.")] = True,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Say what was asked, when, from which source, how often it was tried, what came of it, and which contacts came before and after.

    Status 3: the ledger knows nothing of it.
    """
    found = open_deployment(deployment)
    stories = _find(found, what, instance, by_request_id=request_id)
    tree: list[ContactView] = []
    if chain and stories:
        tree = _chain(found, stories[0])
    elif chain and not request_id and ":" not in what:
        stories, tree = _by_successor(found, what, instance)
    if not stories:
        raise Stop(f"The ledger of {found.stack} knows nothing of {what}.", Exit.NOTHING)
    if json:
        say.as_json(
            {**found.place, "contacts": [story.as_dict() for story in stories], "chain": [_view(v) for v in tree]}
        )
        return
    for story in stories:
        _show(story)
    if tree:
        say.out.print(_tree(tree, {story.contact_id for story in stories}))


def _find(found: Deployment, what: str, instance: str | None, *, by_request_id: bool) -> list[Story]:
    instances = [arn.parse_instance(text).instance_id for text in found.settings.instance_arns]
    instances = [one for one in instances if instance is None or one_spelling(instance) == one]
    if by_request_id:
        names = [identity.request_name(one, what) for one in instances]
        return [story for name in names for story in _by_name(found, name)]
    if what.startswith("request:"):
        return _by_name(found, what)
    if what.startswith("contact:"):
        what = what.split(":")[1]
    contact = one_spelling(what).rsplit("/", 1)[-1]
    return [story for one in instances for story in _by_contact(found, one, contact)]


def _by_name(found: Deployment, name: str) -> list[Story]:
    claim = _document(found, RequestId, request_key(name))
    if claim is None:
        return []
    known = _by_contact(found, claim.instance_id, claim.contact_id)
    return known or [Story(claim.instance_id, claim.contact_id, ())]


def _by_contact(found: Deployment, instance: str, contact: str) -> list[Story]:
    known = _document(found, Contact, contact_key(instance, contact))
    if known is None:
        return []
    arrival = _document(found, Arrival, arrival_key(instance, contact)) if known.transfer else None
    return [read_story(known, instance, contact, arrival)]


def _by_successor(found: Deployment, contact: str, instance: str | None) -> tuple[list[Story], list[ContactView]]:
    """The contact that a transfer made has no item; the one before it has."""
    looker = Looker(found.aws("connect"), found.settings)
    for text in found.settings.instance_arns:
        one = arn.parse_instance(text).instance_id
        if instance is not None and one_spelling(instance) != one:
            continue
        tree = looker.chain(one, one_spelling(contact).rsplit("/", 1)[-1])
        stories = [story for view in tree for story in _by_contact(found, one, view.contact_id)]
        if stories:
            return stories, tree
    return [], []


def _document(found: Deployment, kind: type[T], key: str) -> T | None:
    answer: Mapping[str, Any] = found.aws("dynamodb").get_item(
        TableName=found.output("LedgerTableName"), Key={"pk": {"S": key}}, ConsistentRead=True
    )
    item = answer.get("Item")
    return decode(kind, item["document"]["S"]) if item else None


def _chain(found: Deployment, story: Story) -> list[ContactView]:
    try:
        return Looker(found.aws("connect"), found.settings).chain(story.instance_id, story.contact_id)
    except Stop as stop:  # the ledger's half is worth telling all the same
        say.note(stop.message, style="yellow")
        return []


def _show(story: Story) -> None:
    say.facts(f"contact {story.contact_id}", story.facts())
    for asked in story.requests:
        say.facts(f"request {asked.name}", _facts(asked, story))


def _facts(asked: Asked, story: Story) -> dict[str, str]:
    given = asked.given
    facts = {
        "asked": say.when(asked.asked_at),
        "source": given.get("source", "unknown") + (f", route {given['route']}" if "route" in given else ""),
        "to": f"{asked.destination}, flow {given.get('contactFlowId', '')}",
        **shown(given),
        "first tried": say.when(asked.first_at),
        "work begun": _work(asked) if asked.begun else "",
        "outcome": story.outcome(asked),
    }
    return {name: value for name, value in facts.items() if value}


def _work(asked: Asked) -> str:
    errors = "1 transient error" if asked.failures == 1 else f"{asked.failures or 'no'} transient errors"
    return f"{say.times(asked.begun)}, {errors}"


def _tree(tree: Sequence[ContactView], known: set[str]) -> Listing:
    rows = [
        (
            f"{'*' if view.contact_id in known else ' '} {view.contact_id}",
            view.channel,
            view.initiation_method,
            f"{say.clock(view.initiated_at)} - {say.clock(view.ended_at) or 'active'}",
            view.queue_id,
            view.user_id,
        )
        for view in tree
    ]
    columns = ("!  contact", "!channel", "!by", "!time", "!queue", "!agent")
    return Listing("the chain, as Connect shows it (* in the ledger)", columns, rows)


def _view(view: ContactView) -> dict[str, Any]:
    """A contact for scripts, in the spelling and with the times of the rest."""
    told = view.__dict__ | {"initiated_at": say.when(view.initiated_at), "ended_at": say.when(view.ended_at)}
    return {_camel(name): value for name, value in told.items() if value}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
