"""Failed: what is in a dead-letter queue, in groups and one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from contact_transfer.transfer.failures import failure
from transfers_cli.errors import Exit, Stop
from transfers_cli.failed import redriving, selection, showing
from transfers_cli.failed.parked import CODES, Choice
from transfers_cli.failed.prospect import Prospect
from transfers_cli.failed.source import Source
from transfers_cli.web.asking import Asked, View, options
from transfers_cli.web.console import Console

#: Messages that are listed one by one.
MOST = 100
_FILTERS = ("contact", "route", "after", "before")


@dataclass(frozen=True)
class Wanted:
    """Which failed messages are meant. ``filters``: as they were typed; ``ids``: of messages."""

    source: Source
    choice: Choice
    codes: tuple[str, ...]
    filters: Mapping[str, str]
    ids: tuple[str, ...] = ()

    @property
    def is_confirmation(self) -> bool:
        """Whether it is the confirmation function's own dead-letter queue."""
        return self.source.noun != "request"

    @property
    def line(self) -> list[str]:
        """The same for a command line."""
        filters = options(code=self.codes, **self.filters)
        return [*self.ids, *filters, *options(confirmation=self.is_confirmation)]


def wanted(console: Console, asked: Asked) -> Wanted:
    """Read the filter. Raise ``Stop`` for one that nothing can fit."""
    source = Source.of(console.found, confirmation=asked.text("queue") == "confirmation")
    filters = {name: text for name in _FILTERS if (text := asked.text(name))}
    codes, ids = tuple(asked.texts("code")), tuple(asked.texts("id"))
    chosen = selection.choice(
        codes=list(codes),
        contact=filters.get("contact"),
        route=filters.get("route"),
        after=filters.get("after"),
        before=filters.get("before"),
    )
    return Wanted(source, replace(chosen, ids=frozenset(ids)), codes, filters, ids)


def page(console: Console, asked: Asked) -> View:
    """Groups, the first messages, and what can be done with them."""
    what = wanted(console, asked)
    with console.looking, what.source.look() as looking:
        messages = [message for message in looking.look() if message in what.choice]
    values = {
        "wanted": what,
        "groups": showing.grouped(messages),
        "messages": messages[:MOST],
        "total": len(messages),
        "looking": looking,
        "codes": CODES,
        "prospects": tuple(Prospect),
        "failure": failure,
    }
    return View("failed.html", values, ["failed", "ls", *what.line])


def message(console: Console, asked: Asked) -> View:
    """One message whole; its body only when it was asked for. Raise ``Stop`` when it is not there."""
    name = asked.params["message"]
    source = Source.of(console.found, confirmation=asked.text("queue") == "confirmation")
    with console.looking, source.look() as looking:
        found = [one for one in looking.look() if one in Choice(ids=frozenset({name}))]
    if not found:
        raise Stop(
            f"There is no message {name} in the dead-letter queue, or somebody else has it in hand.", Exit.NOTHING
        )
    forecast = redriving.judge(source, found)[found[0].message_id][0]
    body = showing.pretty(found[0].body) if asked.flag("body") else None
    values = {
        "message": found[0],
        "forecast": forecast,
        "body": body,
        "is_confirmation": source.noun != "request",
        "known": failure(found[0].code),
    }
    return View("message.html", values, ["failed", "show", found[0].message_id])
