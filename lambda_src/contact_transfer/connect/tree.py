"""A contact's tree: all contacts with the same initial contact, read page by page and no further than needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contact_transfer.connect.responses import TRANSFER_METHODS, ContactView, Page

#: What was read so long ago says nothing of the present, and its page token may have run out (assumed).
_OLD_SECONDS = 3600.0
#: Of a tree that has more contacts worth keeping, nothing is kept. Each takes some 400 bytes of a document.
_MOST_KEPT = 50
_KEPT = (
    "contact_id",
    "arn",
    "initiation_method",
    "initiated_at",
    "ended_at",
    "previous_contact_id",
    "initial_contact_id",
    "queue_id",
    "user_id",
)


@dataclass
class Progress:
    """How far the tree has been read. ``began``: when reading began, by Connect's clock, at the earliest; ``is_resumed``: before now."""

    began: float
    contacts: list[ContactView] = field(default_factory=list)
    token: str | None = None
    is_complete: bool = False
    is_resumed: bool = False

    def is_old(self, now: float) -> bool:
        """Whether the pages were fetched too long ago to be continued at ``now``, epoch seconds."""
        return now - self.began > _OLD_SECONDS

    def restart(self) -> None:
        """Forget all pages: the next one is the first."""
        self.contacts.clear()
        self.token = None


class Tree:
    """Iterates over the contacts, more than once if needed. ``page`` answers a page, None when there is none (any more)."""

    def __init__(self, page: Callable[[str | None], Page | None], progress: Progress) -> None:
        self._page = page
        self._progress = progress

    @property
    def began(self) -> float:
        """What the tree shows is as of this moment, at the earliest."""
        return self._progress.began

    @property
    def is_fresh(self) -> bool:
        """Whether all of it was read now."""
        return not self._progress.is_resumed

    def find(self, contact_id: str) -> ContactView | None:
        """The contact of that id; None when the whole tree has none."""
        return next((one for one in self if one.contact_id == contact_id), None)

    def __iter__(self) -> Iterator[ContactView]:
        number = 0
        while True:
            while number < len(self._progress.contacts):
                yield self._progress.contacts[number]
                number += 1
            if self._progress.is_complete:
                return
            self._read_on()

    def _read_on(self) -> None:
        progress = self._progress
        page = self._page(progress.token)
        if page is None and progress.token is not None:  # the token has run out
            progress.restart()
            page = self._page(None)
        if page is not None:
            progress.contacts += page.contacts
            progress.token = page.token
        progress.is_complete = page is None or page.token is None


def kept(contacts: Sequence[ContactView], contact_id: str) -> list[dict[str, Any]] | None:
    """What another environment must know of the contacts that were read, to read on the tree of ``contact_id``. None: too much.

    Environments may live for one invocation, so their memory would make each of them begin anew. A tree is large by the tasks that are
    linked to its contacts: kept are the contacts that transfers made, the first one, and the chain that leads to ``contact_id``.
    """
    chain = _chain(contacts, contact_id)
    worth = [
        one
        for one in contacts
        if one.contact_id in chain or one.previous_contact_id is None or one.initiation_method in TRANSFER_METHODS
    ]
    if len(worth) > _MOST_KEPT:
        return None
    return [{name: value for name in _KEPT if (value := getattr(one, name)) is not None} for one in worth]


def _chain(contacts: Sequence[ContactView], contact_id: str) -> set[str]:
    """The contact, and those that precede it as far as they are known."""
    before, chain = {one.contact_id: one.previous_contact_id for one in contacts}, {contact_id}
    while (previous := before.get(contact_id)) is not None and previous not in chain:
        chain.add(contact_id := previous)
    return chain


def resumed(began: float, contacts: Sequence[Mapping[str, Any]], token: str | None) -> Progress:
    """A reading of a tree to be gone on with: the ``contacts`` that were ``kept``, as of ``began``, and the next page's ``token``."""
    known = [ContactView(**{name: shown[name] for name in _KEPT if name in shown}) for shown in contacts]
    return Progress(began, known, token, is_resumed=True)
