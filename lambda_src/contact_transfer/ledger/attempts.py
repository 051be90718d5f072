"""Calls that may have taken effect, as a contact remembers them. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contact_transfer.ledger.records import Attempt, Contact, RequestRecord

#: AWS refuses a request that was signed more than five minutes ago; the rest is for processing it (assumed).
EFFECT_SECONDS = 330.0


@dataclass(frozen=True)
class Call:
    """A call whose effect is not known: made between ``since`` and ``last``.

    ``is_recognised``: it repeats the attempt in doubt, and Connect knew its token, so it probably did nothing of its own (assumed).
    """

    since: float
    last: float
    is_recognised: bool = False


def with_attempt(contact: Contact, request: str, call: Call) -> Contact:
    """The contact with a call of ``request`` in doubt, beside those that are."""
    record = contact.requests.get(request) or RequestRecord()
    first = call.since if record.first_called_at is None else min(record.first_called_at, call.since)
    before = contact.attempt if contact.attempt is not None and contact.attempt.request == request else None
    if (
        before is not None and call.is_recognised
    ):  # no successor is ours for it; what it did, if anything, shows as late as ever
        return replace(contact, attempt=replace(before, last=max(before.last, call.last)))
    attempt = Attempt(
        request,
        since=call.since if before is None else min(before.since, call.since),
        window_from=call.since if before is None else _window_from(before, call),
        last=call.last if before is None else max(before.last, call.last),
        effect_until=call.last + EFFECT_SECONDS,
        queue_id=record.asked.get("queueId"),
        user_id=record.asked.get("userId"),
        extra={} if before is None else before.extra,
    )
    requests = {**contact.requests, request: replace(record, first_called_at=first)}
    return replace(contact, attempt=attempt, requests=requests)


def _window_from(before: Attempt, call: Call) -> float:
    """An earlier call counts for as long as it could still have taken effect when the new one was made."""
    return max(min(before.window_from, call.since), call.since - EFFECT_SECONDS)
