"""Which contact follows another one that was transferred: pure functions over a contact's tree.

A transfer ends a contact and creates one that names it as its previous contact. Tasks that are linked to a contact are no transfers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contact_transfer.connect.responses import ContactView
from contact_transfer.transfer.reconciliation import is_successor


@dataclass(frozen=True)
class OneActive:
    """One contact at the end of the chain is active."""

    contact_id: str


@dataclass(frozen=True)
class SeveralActive:
    """The chain has branches, and more than one of their last contacts is active."""

    contact_ids: tuple[str, ...]


@dataclass(frozen=True)
class NoneActive:
    """Every chain has ended. ``ended_at``: the latest end of a last contact, epoch seconds; None where none shows."""

    ended_at: float | None


Succession = OneActive | SeveralActive | NoneActive


def find_successor(contact_id: str, tree: Iterable[ContactView], known: str | None) -> Succession:
    """Follow the transfers of ``contact_id``, regardless of who made them, to the contacts that were not transferred any further.

    ``known``: a contact that follows it for certain. Where the tree does not show that one yet it counts as active.
    """
    contacts = list(tree)
    if known is not None and known != contact_id and all(one.contact_id != known for one in contacts):
        contacts.append(ContactView(known, previous_contact_id=contact_id))
    last = _last(contact_id, contacts)
    active = tuple(one.contact_id for one in last if not one.ended and one.contact_id != contact_id)
    if len(active) > 1:
        return SeveralActive(active)
    if active:
        return OneActive(active[0])
    return NoneActive(max((one.ended_at for one in last if one.ended_at is not None), default=None))


def _last(contact_id: str, contacts: list[ContactView]) -> list[ContactView]:
    """The contacts that were not transferred any further; one that was counts as moved even while it still shows as active."""
    last, waiting, passed = list[ContactView](), [contact_id], {contact_id}
    while waiting:
        here = waiting.pop()
        following = [one.contact_id for one in contacts if is_successor(one, here)]
        if not following:
            last += [one for one in contacts if one.contact_id == here]
        waiting += [one for one in following if one not in passed]
        passed.update(following)
    return last
