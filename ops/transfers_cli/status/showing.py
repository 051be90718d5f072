"""How a status is shown: as facts for a person, or as one document for scripts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from contact_transfer.connect.responses import ContactView
from contact_transfer.ledger.records import Contact, EndRecord, RequestRecord
from contact_transfer.request import identity
from contact_transfer.request.fields import FIELDS
from transfers_cli import say
from transfers_cli.failed.parked import Parked
from transfers_cli.held import HeldRequest
from transfers_cli.ledger import Story
from transfers_cli.listing import Listing
from transfers_cli.status.parked import DeadLetters
from transfers_cli.status.search import Answer
from transfers_cli.status.states import State, failure_of, first_tried, is_failure, key_of, state_of
from transfers_cli.timeline.entry import Entry


def show(answer: Answer, timeline: Sequence[Entry] = ()) -> None:
    """Everything that was found, for a person, with its ``timeline``."""
    for story in answer.stories:
        say.facts(f"contact {story.contact_id}", contact_facts(story))
        for key in keys(story, answer):
            say.facts(f"request {identity.name_of(key)}", request_facts(story.contact, key, answer.letters))
    for held in answer.held:
        say.facts(f"request {held.public.get('requestName')}", held_facts(held))
    for message in unknown_to(answer):
        say.facts(f"failed message {message.message_id}", message_facts(message))
    if timeline:
        rows = [(say.when(one.at), one.kind, one.what) for one in timeline]
        say.out.print(Listing("timeline", ("!time", "!event", "what"), rows))
        say.out.print()
    if answer.tree:
        known = {story.contact_id for story in answer.stories}
        say.out.print(_tree(answer.tree, known))


def as_dict(answer: Answer) -> dict[str, Any]:
    """Return the answer for scripts: every key is always there, null where nothing is known."""
    return {
        "contacts": [_story(story, answer) for story in answer.stories],
        "scheduled": [_held(held) for held in answer.held],
        "failedMessages": [message.summary() for message in answer.parked],
        "chain": [_view(view) for view in answer.tree],
    }


def keys(story: Story, answer: Answer) -> list[str]:
    """The requests to show: all of the contact, and the one that was asked for though it was not seen yet."""
    asked = [key_of(story.contact, name) for name in answer.names if _is_about(name, story)]
    return list(dict.fromkeys([*sorted(story.contact.requests), *asked]))


def _is_about(name: str, story: Story) -> bool:
    """Whether a name is of a request for the contact: the name of one without a requestId tells."""
    if name.startswith("contact:"):
        return name.split(":")[1] == story.contact_id
    return key_of(story.contact, name) != name


def unknown_to(answer: Answer) -> list[Parked]:
    """Messages that the ledger says nothing of: what is refused before the ledger is asked, or never reached the worker."""
    known = {failure.message_id for story in answer.stories for failure in _failures(story.contact)}
    return [message for message in answer.parked if message.attribute("OriginalMessageId") not in known]


def _failures(contact: Contact) -> list[EndRecord]:
    current = [failure for record in contact.requests.values() if (failure := failure_of(record)) is not None]
    return [*current, *contact.ends.values()]


def contact_facts(story: Story) -> dict[str, str]:
    """The contact's own facts."""
    contact, facts = story.contact, {"instance": story.instance_id}
    if made := contact.transfer:
        inferred = " (inferred from what Connect shows)" if made.inferred else ""
        facts["transferred"] = f"{say.when(made.at)} by {made.name}{inferred}"
        facts["new contact"] = made.new_contact_id or "not given by Connect"
    if story.arrival is not None:
        facts["arrival"] = f"{story.arrival.state} ({story.arrival.how}) {say.when(story.arrival.at)}"
    if contact.attempt is not None and contact.transfer is None:
        facts["in doubt"] = (
            f"a call of {identity.name_of(contact.attempt.request)}, since {say.when(contact.attempt.since)}"
        )
    if contact.lease is not None and contact.lease.until > time.time():
        facts["in hand"] = f"a worker has it until {say.when(contact.lease.until)} at the latest"
    return facts


def request_facts(contact: Contact, key: str, letters: DeadLetters | None) -> dict[str, str]:
    """One request's facts; those that are not known are left out."""
    record = contact.requests.get(key, RequestRecord())
    asked, failed = record.asked, failure_of(record)
    facts = {
        "asked": asked.get("askedAt"),
        "first asked": asked.get("firstAskedAt"),
        "source": asked.get("source"),
        "route": asked.get("route"),
        "to": _destination(asked) if asked else None,
        **{name: _text(asked.get(name)) for name, field in FIELDS.items() if field.shown},
        "first tried": say.when(first_tried(record)),
        "work begun": _work(record) if record.attempts else None,
        "moved contact": record.moved_contact_id,
        "earlier": "; ".join(_earlier(contact, key)),
        "outcome": state_of(contact, key, time.time()).sentence,
        "message": letters.whereabouts(failed) if failed is not None and letters is not None else None,
    }
    return {name: value for name, value in facts.items() if value}


def held_facts(held: HeldRequest) -> dict[str, str]:
    """A request that EventBridge Scheduler holds: the ledger knows nothing of it yet."""
    facts = {
        "contact": held.public.get("contactId"),
        "to": _destination(held.public),
        "outcome": f"{State.SCHEDULED} for {say.when(held.until)}, when it goes to queue {held.queue}",
    }
    return {name: value for name, value in facts.items() if value}


def message_facts(message: Parked) -> dict[str, str]:
    """Return what is shown of a failed message that the ledger does not know: texts by their labels."""
    facts = {
        "outcome": f"failed: {message.code} at {say.when(message.failed_at)}. {message.why}",
        "contact": message.contact,
        "message": f"in the dead-letter queue: transfers failed show {message.message_id}",
    }
    return {name: value for name, value in facts.items() if value}


def _destination(asked: Any) -> str:
    flow = f"flow {asked.get('contactFlowId', '?')}"
    if "queueId" in asked:
        return f"queue {asked['queueId']}, {flow}"
    return f"agent {asked['userId']}, {flow}" if "userId" in asked else f"{flow}, no queue or agent"


def _work(record: RequestRecord) -> str:
    errors = (
        say.count(record.transient_failures, "transient error") if record.transient_failures else "no transient errors"
    )
    return f"{say.times(record.attempts)}, {errors}"


def _earlier(contact: Contact, key: str) -> list[str]:
    """Failures of the request before it was sent again."""
    return [f"{failure.code} at {say.when(failure.at)}" for failure in _earlier_failures(contact, key)]


def _earlier_failures(contact: Contact, key: str) -> list[EndRecord]:
    record = contact.requests.get(key)
    now = record.ended.message_id if record is not None and record.ended is not None else None
    own = [one for one in contact.ends.values() if one.request == key and one.message_id != now and is_failure(one)]
    return sorted(own, key=lambda one: one.at)


def _story(story: Story, answer: Answer) -> dict[str, Any]:
    made, arrival, attempt = story.contact.transfer, story.arrival, story.contact.attempt
    lease = story.contact.lease
    in_hand = lease is not None and lease.until > time.time()
    return {
        "instanceId": story.instance_id,
        "contactId": story.contact_id,
        "newContactId": made.new_contact_id if made else None,
        "transferredAt": say.when(made.at) if made else None,
        "transferredBy": made.name if made else None,
        "inferred": made.inferred if made else None,
        "arrival": arrival.state if arrival else None,
        "arrivalAs": arrival.how if arrival else None,
        "arrivalAt": say.when(arrival.at) if arrival else None,
        "inDoubt": identity.name_of(attempt.request) if attempt and not made else None,
        "inDoubtSince": say.when(attempt.since) if attempt and not made else None,
        "inHandUntil": say.when(lease.until) if lease and in_hand else None,
        "requests": [_request(story.contact, key, answer.letters) for key in keys(story, answer)],
    }


def _request(contact: Contact, key: str, letters: DeadLetters | None) -> dict[str, Any]:
    record, state = contact.requests.get(key, RequestRecord()), state_of(contact, key, time.time())
    error, failed = record.last_error, failure_of(record)
    last = None if error is None else {"cause": error.cause, "detail": error.detail, "at": say.when(error.at)}
    return {
        **record.asked,
        "requestName": identity.name_of(key),
        "askedAt": record.asked.get("askedAt"),
        "firstTriedAt": say.when(first_tried(record)),
        "movedContactId": record.moved_contact_id,
        "begun": record.attempts,
        "transientErrors": record.transient_failures,
        "lastError": last,
        "nextTryAt": say.when(error.retry_at) if error else None,
        "state": state.state,
        "outcome": state.sentence,
        "failureCode": failed.code if failed else None,
        "failureMessage": failed.message if failed else None,
        "failedAt": say.when(failed.at) if failed else None,
        "message": letters.whereabouts(failed) if failed and letters else None,
        "earlierFailures": [
            {"failureCode": one.code, "failedAt": say.when(one.at)} for one in _earlier_failures(contact, key)
        ],
    }


def _held(held: HeldRequest) -> dict[str, Any]:
    return {**held.public, "state": State.SCHEDULED, "due": say.when(held.until), "queue": held.queue}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


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
    fields = view.__dict__ | {"initiated_at": say.when(view.initiated_at), "ended_at": say.when(view.ended_at)}
    return {_camel(name): value for name, value in fields.items() if value}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
