"""Changes that a page has proposed: each was a dry run, is shown whole, and is carried out once, after its word was typed.

What is carried out is what was shown: a proposal holds the plan that was made, not the choice that it was made from.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: The latest of them are kept; a person confirms at once or not at all.
MOST = 50


@dataclass(frozen=True)
class Done:
    """What became of it. ``lines``: sentences. ``is_whole``: everything was done. ``see``: pages to go on with, title and path."""

    title: str
    lines: Sequence[str] = ()
    is_whole: bool = True
    see: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Proposal:
    """One change.

    ``word``: what a person types to confirm it. ``template`` with ``values``: shows what would be done. ``command``: arguments of
    ``transfers`` that do the same.
    """

    title: str
    word: str
    carry_out: Callable[[], Done]
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    command: Sequence[str] = ()
    key: str = field(default_factory=lambda: secrets.token_urlsafe(12))


class Proposals:
    """Those that wait for their word."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Proposal] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, proposal: Proposal) -> Proposal:
        """Keep a proposal; the oldest gives way."""
        with self._lock:
            self._waiting[proposal.key] = proposal
            while len(self._waiting) > MOST:
                self._waiting.popitem(last=False)
        return proposal

    def get(self, key: str) -> Proposal | None:
        """Return the proposal with this key, if it waits still."""
        with self._lock:
            return self._waiting.get(key)

    def take(self, key: str) -> Proposal | None:
        """The same, and it waits no more: it is carried out once, however often it is confirmed."""
        with self._lock:
            return self._waiting.pop(key, None)
