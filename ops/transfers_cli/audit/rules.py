"""The rules of an audit: pure functions from facts to findings. Each looks for one kind of contradiction.

What is younger than ``LAG_SECONDS`` is left to the next audit: its announcement may be under way, and Connect and the logs lag behind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from contact_transfer.transfer.failure_codes import FailureCode
from transfers_cli import say
from transfers_cli.audit.contradictions import contradiction
from transfers_cli.audit.facts import Announcement, Facts, Failure, transfers_in
from transfers_cli.audit.finding import Finding, Kind

#: Longer than CloudWatch Logs takes to show a line, and longer than a call of Connect may take effect (assumed).
LAG_SECONDS = 300.0
#: A request that was deferred so recently is still being worked on: back-off is at most 15 minutes.
PENDING_SECONDS = 1800.0
Rule = Callable[[Facts], Iterator[Finding]]


def audit(facts: Facts) -> list[Finding]:
    """Every finding, oldest first."""
    found = [finding for rule in RULES for finding in rule(facts)]
    return sorted(found, key=lambda one: (one.at, one.kind, one.request or ""))


def not_announced(facts: Facts) -> Iterator[Finding]:
    """Transfers that the ledger has and that nobody announced."""
    announced = {one.request for one in facts.logged.announcements}
    reported = set[str]()
    for contact_id, contact in facts.ledger.items():
        for made in transfers_in(contact):
            pending = facts.logged.put_off.get(made.name, 0.0) > facts.until - PENDING_SECONDS
            if not _is_old_enough(facts, made.at) or made.name in announced | reported or pending:
                continue
            reported.add(made.name)
            to = made.new_contact_id
            seen = f"the ledger has the transfer to {to or 'a contact that Connect did not name'}; no success was announced"
            new = () if to is None else (to,)
            yield Finding(Kind.TRANSFER_NOT_ANNOUNCED, made.at, seen, made.name, contact_id, new)


def without_transfer(facts: Facts) -> Iterator[Finding]:
    """Successes that were announced and did not happen."""
    doubled = _new_contacts_by_request(facts)
    for one in facts.logged.announcements:
        if one.repeated or not _is_old_enough(facts, one.at) or len(doubled[one.request]) > 1:
            continue
        if why := _missing(facts, one):
            new = () if one.new_contact_id is None else (one.new_contact_id,)
            yield Finding(Kind.ANNOUNCED_WITHOUT_TRANSFER, one.at, why, one.request, one.contact_id, new)


def two_transfers(facts: Facts) -> Iterator[Finding]:
    """Names and contacts with more than one transfer."""
    first = {one.request: one for one in reversed(facts.logged.announcements)}
    for request, made in _new_contacts_by_request(facts).items():
        if len(made) > 1:
            seen = f"one request, {len(made)} new contacts: {', '.join(made)}"
            at = first[request]
            yield Finding(Kind.TWO_TRANSFERS, at.at, seen, request, at.contact_id, tuple(made))
    for conflict in facts.logged.conflicts:
        seen = f"the worker saw a second transfer of a contact that request {conflict.winner} had transferred"
        yield Finding(Kind.TWO_TRANSFERS, conflict.at, seen, conflict.request, conflict.contact_id)


def contradicted(facts: Facts) -> Iterator[Finding]:
    """Failures that Connect, or the ledger, contradicts."""
    for one in {(failure.request, failure.contact_id, failure.code): failure for failure in _failures(facts)}.values():
        if not _is_old_enough(facts, one.at) or one.code == FailureCode.OUTCOME_UNKNOWN or one.contact_id is None:
            continue
        contact, shown = facts.ledger.get(one.contact_id), facts.connect.get(one.contact_id)
        if why := contradiction(one, contact, shown, channels=facts.channels, region=facts.region):
            yield Finding(
                Kind.FAILURE_CONTRADICTED,
                one.at,
                f"{one.code} was reported, but {why}",
                one.request,
                one.contact_id,
                message_id=one.message_id,
            )


def failure_not_announced(facts: Facts) -> Iterator[Finding]:
    """Messages that the worker parked for a failure that nobody announced."""
    messages = {one.message_id for one in facts.logged.failures}
    named = {(one.request, one.code) for one in facts.logged.failures if one.request is not None}
    for one in facts.parked:
        announced = one.message_id in messages or (one.request, one.code) in named
        if _is_old_enough(facts, one.at) and not announced:
            seen = f"the message is parked for {one.code}; no failure was announced"
            kind = Kind.FAILURE_NOT_ANNOUNCED
            yield Finding(kind, one.at, seen, one.request, one.contact_id, message_id=one.message_id)


RULES: tuple[Rule, ...] = (not_announced, without_transfer, two_transfers, contradicted, failure_not_announced)


def _is_old_enough(facts: Facts, at: float) -> bool:
    return facts.since <= at <= facts.until - LAG_SECONDS


def _failures(facts: Facts) -> Iterator[Failure]:
    yield from facts.parked
    yield from facts.logged.failures


def _new_contacts_by_request(facts: Facts) -> defaultdict[str, list[str]]:
    """The new contacts that were announced, or that the ledger has, under each name, each once."""
    found = defaultdict[str, list[str]](list)
    for one in facts.logged.announcements:
        if one.new_contact_id is not None and one.new_contact_id not in found[one.request]:
            found[one.request].append(one.new_contact_id)
        for made in _of_ledger(facts, one):
            if made is not None and made not in found[one.request]:
                found[one.request].append(made)
    return found


def _of_ledger(facts: Facts, one: Announcement) -> Iterator[str | None]:
    """The new contacts that the ledger has for the request, at the contact that it names and the one that it moved."""
    for contact_id in {one.contact_id, one.moved_contact_id} - {None}:
        contact = facts.ledger.get(str(contact_id))
        for made in transfers_in(contact) if contact is not None else ():
            if made.name == one.request:
                yield made.new_contact_id


def _missing(facts: Facts, one: Announcement) -> str | None:
    """Why the announced transfer did not happen; None when nothing says so."""
    if not list(_of_ledger(facts, one)):
        return "a success was announced; the ledger has no transfer by this request"
    new = facts.connect.get(one.new_contact_id or "")
    if new is not None and new.view is None:
        return f"a success was announced; Connect does not know the new contact {one.new_contact_id}"
    moved = one.moved_contact_id or one.contact_id
    old = facts.connect.get(moved)
    if old is not None and old.view is not None and not old.view.ended and one.new_contact_id != moved:
        return f"a success was announced at {say.when(one.at)}; Connect shows contact {moved} as active"
    return None
