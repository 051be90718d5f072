"""What the ledger forgets of a contact, so that its document stays small whatever producers do. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from contact_transfer.ledger.records import Contact, EndRecord, RequestRecord

#: Of the requests that ended without a transfer of the contact, so many are remembered.
REMEMBERED_ENDS = 10
#: Of the messages whose end is reported, so many: one whose deletion was lost comes back, and must get the same end again.
REMEMBERED_MESSAGES = 30
#: SQS keeps a message for 14 days at most (quota): after these no message of the request exists.
FORGOTTEN_AFTER_SECONDS = 15 * 86400.0


def count_under_way(contact: Contact) -> int:
    """Requests under way, and messages whose end is not reported for good and that may still come back."""
    return sum(
        record.is_under_way and (contact.transfer is None or contact.transfer.request != key)
        for key, record in contact.requests.items()
    ) + sum(not end.reported for end in contact.ends.values())


def pruned(contact: Contact, keep: str, now: float) -> Contact:
    """Forget what no message can ask for any more, and all but the latest of what has ended.

    ``keep``: the request that is written now, by its key.
    """
    if len(contact.requests) + len(contact.ends) <= REMEMBERED_ENDS:
        return contact
    return replace(contact, requests=_requests_left(contact, keep, now), ends=_ends_left(contact, now))


def _requests_left(contact: Contact, keep: str, now: float) -> Mapping[str, RequestRecord]:
    attempt, transfer = contact.attempt, contact.transfer
    kept = {keep, attempt and attempt.request, transfer and transfer.request}
    ended = [
        (record.ended.at, key)
        for key, record in contact.requests.items()
        if record.ended is not None and key not in kept
    ]
    forgotten = {key for _, key in sorted(ended)[: max(0, len(ended) - REMEMBERED_ENDS + 1)]}
    forgotten |= {
        key
        for key, record in contact.requests.items()
        if record.is_under_way and key not in kept and record.last_at < now - FORGOTTEN_AFTER_SECONDS
    }
    return {key: record for key, record in contact.requests.items() if key not in forgotten}


def _ends_left(contact: Contact, now: float) -> Mapping[str, EndRecord]:
    over = [
        (end.at, key) for key, end in contact.ends.items() if end.reported or end.at < now - FORGOTTEN_AFTER_SECONDS
    ]
    forgotten = {key for _, key in sorted(over)[: max(0, len(over) - REMEMBERED_MESSAGES)]}
    return {key: end for key, end in contact.ends.items() if key not in forgotten}
