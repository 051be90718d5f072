"""What the person at the terminal sees: one line a request while it runs, and a summary."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from local.contact_events import Tally
from local.demo.account import Summary
from local.demo.own_routes import Played
from local.demo.request import Request

#: Whether the new contact arrived: beside the result of the request, and in the summary.
_ARRIVED = {"Confirmed": ", arrived", "ContactEnded": ", ended", "Silence": ", silent"}
_ARRIVALS = {
    "Confirmed": "confirmed",
    "ContactEnded": "unconfirmed (the flow ended the contact)",
    "Silence": "unconfirmed (no contact event came)",
}
_LONG_ID = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f-]{22}\b")


def table(requests: Sequence[Request], names: Mapping[str, str]) -> Table:
    """Return the table of requests and their results; ``names`` maps ids to friendly names."""
    shown = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    shown.add_column("request", no_wrap=True, width=30)
    shown.add_column("source", no_wrap=True, width=6)
    shown.add_column("result", no_wrap=True, width=21)
    shown.add_column("details", no_wrap=True, overflow="ellipsis", ratio=1)
    for request in requests:
        shown.add_row(request.what, request.door, _result(request), _detail(request, names))
    return shown


def progress(requests: Sequence[Request], names: Mapping[str, str]) -> Group:
    """Return what to show while it runs: how far it is, then the open requests, then the settled ones, newest first."""
    done = [request for request in requests if request.settled]
    still_open = [request for request in requests if not request.settled]
    head = Text(f"{len(done)} of {len(requests)} requests sent so far have ended", style="bold")
    return Group(head, table([*still_open, *reversed(done)], names))


def _result(request: Request) -> Text:
    if not request.settled:
        return Text("…", style="dim")
    style = "red" if request.complaint() else "yellow" if request.parked else "green"
    if request.parked:
        return Text(request.parked[0].get("FailureCode", "no code"), style=style)
    if request.rejected:
        return Text(request.rejected.get("failureCode", "no code"), style="red" if request.complaint() else "yellow")
    if request.duplicate:
        return Text("same transfer", style=style)
    return Text(f"transferred{_ARRIVED.get(request.arrival, '')}", style=style)


def _detail(request: Request, names: Mapping[str, str]) -> Text:
    if request.rejected:
        return Text(_short(f"answered at once: {request.rejected.get('failureMessage', '')}", names), style="dim")
    if request.parked:
        return Text(_short(request.parked[0].get("FailureMessage", ""), names), style="dim")
    if not request.transfers:
        return Text("")
    record = request.transfers[0]
    goal = record["queue_id"] or record["user_id"]
    where = f"to {names.get(goal, goal)}" if goal else f"flow {names.get(record['flow_id'], record['flow_id'])}"
    return Text(f"{where}, now {record['new'][:8]}", style="dim")


def _short(message: str, names: Mapping[str, str]) -> str:
    """Return a message with friendly names for known ids and the first eight characters of others."""
    for id_, name in names.items():
        message = message.replace(id_, f"'{name}'")
    return _LONG_ID.sub(r"\1", message)


def summary(found: Summary, calls: Mapping[str, Mapping[str, Any]], seconds: float) -> Table:
    """Return the figures of the whole run. ``calls``: what Connect was asked, by operation."""
    shown = Table(box=None, show_header=False, pad_edge=False)
    shown.add_column(no_wrap=True, style="bold")
    shown.add_column()
    shown.add_row("transferred once", f"{found.transferred} of {found.contacts} contacts, in {seconds:.0f} s")
    failed = ", ".join(f"{code} {count}" for code, count in sorted(found.failed.items()))
    shown.add_row("failed", f"{sum(found.failed.values())}, each with its reason: {failed}")
    shown.add_row("lost", str(found.lost))
    shown.add_row("twice", str(found.twice))
    counted = ", ".join(f"{name} {sum(counts.values())}{_refused(counts)}" for name, counts in calls.items())
    shown.add_row("calls to Connect", counted)
    shown.add_row("judged by", "Connect's history and the dead-letter queue, not by the service's own ledger")
    return shown


def proof(arrivals: Mapping[str, int], tally: Tally) -> Table:
    """Return how many new contacts arrived, and what happened to the contact events that show it.

    ``arrivals``: how many of each result.
    """
    shown = Table(box=None, show_header=False, pad_edge=False)
    shown.add_column(no_wrap=True, style="bold")
    shown.add_column()
    counted = ", ".join(f"{count} {_ARRIVALS.get(arrival, arrival)}" for arrival, count in sorted(arrivals.items()))
    shown.add_row("arrived         ", counted)
    events = f"{tally.happened} contact events: {len(tally.lost)} lost, {tally.twice} repeated, in no order"
    shown.add_row("shown by", events)
    return shown


def own_routes(played: Sequence[Played], names: Mapping[str, str]) -> Table:
    """Return what came of an event made for each route of the deployment's own."""
    shown = Table(
        box=None, pad_edge=False, header_style="bold", title="the deployment's own routes", title_justify="left"
    )
    shown.add_column("route", no_wrap=True, width=32)
    shown.add_column("an event that its pattern matches", overflow="ellipsis")
    for one in played:
        shown.add_row(one.route, Text(_short(one.became, names), style="red" if one.complaint else "green"))
    return shown


def _refused(counts: Mapping[str, int]) -> str:
    throttled = counts.get("ThrottlingException", 0)
    return f" ({throttled} throttled)" if throttled else ""
