"""Every contact that a probe has made or may have made, so that nothing of it is left behind.

``record`` is called with each step before it is made and with what it made, so that ``probe --clean`` knows what a crash has left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from transfers_cli.probe.pace import rate

Record = Callable[[Mapping[str, Any]], None]
#: Seconds that are kept for the end beside those for each contact: two calls without an answer.
_RESERVE = 25.0
#: Seconds that are kept for a successor whose id no answer gave, until it is known how long it takes to show.
_SHOWS_WITHIN = 60.0


@dataclass
class OwnContact:
    """``unseen``: transfers of it that may have made a contact whose id is not known, the last of them at ``transferred_at``.

    ``children``: ids of the contacts that transfers of it made. ``checked``: nobody but the contacts of this register was seen in
    its tree, or it was made by a transfer. Times in seconds of the probe.
    """

    is_over: bool = False
    unseen: int = 0
    transferred_at: float = 0.0
    children: set[str] = field(default_factory=set)
    checked: bool = False


class Register:
    """The contacts of one probe. ``lost_starts``: when each start whose answer was lost was sent, by token.

    ``shows_within``: seconds after which ListAssociatedContacts shows a successor, ``found_within``: after which SearchContacts
    finds a contact; None: not known. ``pages``: of the longest list of a tree so far.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.contacts: dict[str, OwnContact] = {}
        self.lost_starts: dict[str, float] = {}
        self.shows_within: float | None = None
        self.found_within: float | None = None
        self.pages = 1

    def made(self, contact_id: str, by: str) -> None:
        """A contact exists. ``by``: the token that started it, or the contact before it."""
        if contact_id not in self.contacts:
            self.contacts[contact_id] = OwnContact()
            self.record({"contact": contact_id, "by": by})

    def ended(self, contact_id: str) -> None:
        """A contact has ended."""
        if not self.contacts[contact_id].is_over:
            self.contacts[contact_id].is_over = True
            self.record({"ended": contact_id})

    def child(self, old: str, new: str) -> None:
        """The contact ``new`` follows ``old``."""
        contact = self.contacts[old]
        if new not in contact.children:
            contact.children.add(new)
            contact.unseen = max(0, contact.unseen - 1)
            self.made(new, old)
            self.contacts[new].checked = True

    def transferring(self, old: str, now: float) -> None:
        """A transfer of ``old`` begins ``now``."""
        self.record({"transfer": old})
        contact = self.contacts[old]
        contact.unseen += 1
        contact.transferred_at = now

    def made_nothing(self, old: str) -> None:
        """The latest transfer of ``old`` was refused, or answered with a contact that was known."""
        self.contacts[old].unseen = max(0, self.contacts[old].unseen - 1)

    def looked(self, old: str, now: float) -> None:
        """Whatever follows ``old`` and shows ``now`` was looked at: once it had its time to show, nothing more follows."""
        if self.shows_within is not None and now > self.contacts[old].transferred_at + self.patience:
            self.contacts[old].unseen = 0

    def check(self, tree: Mapping[str, bool]) -> None:
        """Connect shows this ``tree``: contacts by id, and whether each has ended. A contact that was not known is of this probe, too."""
        for contact_id, has_ended in tree.items():
            self.made(contact_id, "tree")
            self.contacts[contact_id].checked = True
            if has_ended:
                self.ended(contact_id)

    def unchecked(self) -> list[str]:
        """Contacts that were started and whose tree was not looked at since."""
        return [name for name, one in self.contacts.items() if not one.checked]

    def found(self, contacts: Iterable[str], now: float) -> None:
        """A search ``now`` found all ``contacts`` of the probe that it can; a start before that has made no other, once it had its time."""
        for contact_id in contacts:
            self.made(contact_id, "search")
        if self.found_within is not None:
            least = self.found_within * 1.2 + 10.0
            self.lost_starts = {token: at for token, at in self.lost_starts.items() if now <= at + least}

    def shown_after(self, seconds: float) -> None:
        """A successor was seen ``seconds`` after its transfer, by somebody who looked all the time."""
        self.shows_within = max(self.shows_within or 0.0, seconds)

    def active(self) -> Iterator[str]:
        """Contacts that have not ended, as far as is known."""
        return (name for name, one in self.contacts.items() if not one.is_over)

    def hidden(self) -> list[str]:
        """Contacts that may have a successor which nobody has seen."""
        return [name for name, one in self.contacts.items() if one.unseen]

    @property
    def is_blind(self) -> bool:
        """Whether a successor is hidden, and nobody knows yet how long it takes to show."""
        return self.shows_within is None and bool(self.hidden())

    def reserve(self, makes: bool) -> float:  # noqa: FBT001 - the laboratory's question
        """Seconds that ending everything takes. ``makes``: what is about to begin makes another contact."""
        active, hidden = sum(1 for _ in self.active()) + makes, len(self.hidden())
        lists = (hidden * 2 + len(self.unchecked()) + makes) * self.pages
        needed = _RESERVE + active / rate("StopContact") + lists / rate("ListAssociatedContacts")
        if self.lost_starts:
            needed += (self.found_within or _SHOWS_WITHIN) * 1.2 + 10.0 + 2 / rate("SearchContacts")
        return needed + (self.patience if hidden else 0.0)

    @property
    def patience(self) -> float:
        """Seconds after a transfer within which its successor shows, with a margin."""
        return _SHOWS_WITHIN if self.shows_within is None else self.shows_within * 1.2 + 2.0
