"""The lines that the worker and the confirmation function wrote, by CloudWatch Logs Insights.

A query answers 10,000 lines at most, so a window with more of them is halved until each half has fewer.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contact_transfer.request.timestamps import instant
from transfers_cli.audit.facts import Announcement, Arrival, Conflict, Failure, Logged
from transfers_cli.deployment import Deployment
from transfers_cli.errors import Exit, Stop

#: What a query answers at most. Source: "Amazon CloudWatch Logs quotas", query results.
_MOST = 10_000
_LOOK_SECONDS = 0.25
_CONFLICT = "the contact was transferred twice"
_WORDS = ("transferred", "failed", "deferred", "confirmed", "unconfirmed", "ended in flow", _CONFLICT)
QUERY = (
    f'fields @message | filter @message like /"message":"({"|".join(_WORDS)})"/ | sort @timestamp asc | limit {_MOST}'
)
_UNFINISHED = frozenset({"Scheduled", "Running", "Unknown"})


def read_logs(found: Deployment, since: float, until: float, progress: Callable[[int], None]) -> Logged:
    """Read what was logged between two moments.

    Args:
        found: the deployment.
        since: epoch seconds.
        until: epoch seconds.
        progress: told how many lines were read so far.

    Raises:
        Stop: a query failed.
    """
    logged = Logged()
    for number, line in enumerate(_lines(found, int(since), int(until) + 1), start=1):
        progress(number)
        add_line(logged, line)
    return logged


def log_groups(found: Deployment) -> list[str]:
    """The log groups of the worker and of the confirmation function, which differ in their last word."""
    worker = str(found.worker["LoggingConfig"]["LogGroup"])
    return [worker, f"{worker.rpartition('/')[0]}/confirmation"]


def _lines(found: Deployment, since: int, until: int) -> Iterator[str]:
    texts = _query(found, since, until)
    if len(texts) < _MOST or until - since <= 1:
        yield from texts
        return
    middle = (since + until) // 2
    yield from _lines(found, since, middle)
    yield from _lines(found, middle + 1, until)


def _query(found: Deployment, since: int, until: int) -> list[str]:
    """Both ends are included, to the second."""
    logs = found.aws("logs")
    asked = {"logGroupNames": log_groups(found), "startTime": since, "endTime": until, "queryString": QUERY}
    query = logs.start_query(**asked)["queryId"]
    while (answer := logs.get_query_results(queryId=query))["status"] in _UNFINISHED:
        time.sleep(_LOOK_SECONDS)
    if answer["status"] != "Complete":
        raise Stop(f"The query of CloudWatch Logs ended as {answer['status']}: try again.", Exit.UNREACHABLE)
    rows = ({one["field"]: one["value"] for one in row} for row in answer["results"])
    return [row["@message"] for row in rows if "@message" in row]


def add_line(logged: Logged, text: str) -> None:
    """Read one line; what is none of the functions' own is left out."""
    try:
        line = json.loads(text)
    except ValueError:
        return
    at = instant(str(line.get("timestamp", ""))) if isinstance(line, dict) else None
    if at is not None:
        _add(logged, line, at)


def _add(logged: Logged, line: Mapping[str, Any], at: float) -> None:
    request, contact, new = line.get("requestName"), line.get("contactId"), line.get("newContactId")
    match line.get("message"):
        case "transferred" if request and contact:
            flags = {"inferred": bool(line.get("inferred")), "repeated": bool(line.get("repeated"))}
            logged.announcements.append(Announcement(at, request, contact, new, line.get("movedContactId"), **flags))
        case "failed":
            code, message = str(line.get("failureCode")), str(line.get("messageId"))
            logged.failures.append(Failure(at, code, message, request, contact))
        case "deferred" if request:
            logged.put_off[request] = max(at, logged.put_off.get(request, 0.0))
        case "confirmed" | "unconfirmed" | "ended in flow" if request and contact:
            logged.arrivals.append(Arrival(at, request, contact, new))
        case text if text == _CONFLICT:
            logged.conflicts.append(Conflict(at, str(request), str(line.get("winner")), contact))
