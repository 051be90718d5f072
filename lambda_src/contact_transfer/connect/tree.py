"""A contact's tree: all contacts with the same initial contact, read page by page and no further than needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from contact_transfer.connect.responses import ContactView, Page

#: What was read so long ago says nothing of the present, and its page token may have run out (assumed).
_OLD_SECONDS = 3600.0


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
