"""How failed requests are shown."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from contact_transfer.request.model import TransferRequest
from transfers_cli import say
from transfers_cli.failed.looking import Looking
from transfers_cli.failed.parked import Parked
from transfers_cli.failed.prospect import Forecast, Prospect
from transfers_cli.listing import Listing

Prospects = dict[str, tuple[Forecast, TransferRequest | None]]


@dataclass(frozen=True)
class Group:
    """Failed messages of one code, route and destination. ``oldest``, ``newest``: when they failed, in epoch seconds."""

    code: str
    route: str
    destination: str
    count: int
    oldest: float
    newest: float


def grouped(messages: Sequence[Parked]) -> list[Group]:
    """The messages (oldest first) in groups, the largest first."""
    found: dict[tuple[str, str, str], list[Parked]] = {}
    for message in messages:
        found.setdefault((message.code, message.route or "", message.destination or ""), []).append(message)
    made = [Group(*key, len(some), some[0].failed_at, some[-1].failed_at) for key, some in found.items()]
    return sorted(made, key=lambda group: -group.count)


def groups(messages: Sequence[Parked], noun: str) -> Table:
    """Counts by code, route and destination, with the age of the oldest and the newest."""
    now = time.time()
    rows = [
        (one.code, one.route, one.destination, one.count, say.span(now - one.oldest), say.span(now - one.newest))
        for one in grouped(messages)
    ]
    columns = ("code", "route", "to", "#messages", "oldest", "newest")
    return say.table(f"{say.count(len(messages), f'failed {noun}')}", columns, rows)


def listing(messages: Sequence[Parked], limit: int) -> Listing:
    """One line a message, or some where the terminal is narrow; oldest first."""
    rows = [(m.message_id, m.code, say.clock(m.failed_at), m.contact, m.route, m.why) for m in messages[:limit]]
    title = f"the oldest {limit} of {len(messages)}" if len(messages) > limit else say.count(len(messages), "message")
    return Listing(title, ("!message", "!code", "!failed at", "!contact", "!route", "why"), rows)


def whole(message: Parked, forecast: Forecast) -> None:
    """Everything about one message, its body included."""
    facts = {name: str(value) for name, value in message.summary().items() if value is not None}
    facts["if sent again"] = f"{forecast.prospect}: {forecast.why}"
    say.facts(message.message_id, facts)
    own = {name: value.get("StringValue", "(binary)") for name, value in message.own_attributes().items()}
    if own:
        say.facts("its own attributes", own)
    say.out.print(Panel(Text(pretty(message.body)), title="body", title_align="left"))


def pretty(body: str) -> str:
    """A body with each field in a line of its own, if it is JSON."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


def outlook_rows(
    messages: Iterable[Parked], judged: Prospects, sending: Iterable[Prospect]
) -> list[tuple[str, Prospect, str, int, str]]:
    """What sending messages again would bring: whether they are sent, prospect, code, how many, and why."""
    chosen = set(sending)
    counted = Counter((judged[message.message_id][0], message.code) for message in messages)
    return [
        ("send" if forecast.prospect in chosen else "leave", forecast.prospect, code, count, forecast.why)
        for (forecast, code), count in sorted(counted.items(), key=lambda item: (item[0][0].prospect, -item[1]))
    ]


def outlook(
    messages: Iterable[Parked], judged: Prospects, sending: Iterable[Prospect], *, asked: int | None = None
) -> Table:
    """The same as a table. ``asked``: as a plan has it."""
    title = "if sent again" + ("" if asked is None else f" (Connect was asked of {asked})")
    columns = ("", "prospect", "failed as", "#messages", "why")
    return say.table(title, columns, outlook_rows(messages, judged, sending))


def unseen(looking: Looking) -> None:
    """Say what could not be seen, and why."""
    if looking.elsewhere:
        say.note(
            f"{looking.elsewhere} more are counted but were not to be had: somebody else is looking at them, or a move is under way."
            f" They show again within {looking.hold} s of the end of that.",
            style="yellow",
        )
