"""The worker's log lines about contacts, by CloudWatch Logs Insights."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from contact_transfer.request.field_types import is_id
from transfers_cli import say
from transfers_cli.deployment import Deployment
from transfers_cli.errors import sentence

#: How long somebody waits for the answer, and how often it is asked for.
PATIENCE_SECONDS, LOOK_SECONDS = 20.0, 0.25
#: Lines that are read, at most.
MOST = 500
#: Clocks and the delivery of log lines may differ by so much (assumed).
_MARGIN_SECONDS = 600.0
_ENDED = frozenset({"Complete", "Failed", "Cancelled", "Timeout"})


def lines(found: Deployment, contacts: Iterable[str], since: float) -> list[Mapping[str, Any]]:
    """The log lines that name one of the contacts, oldest first.

    Where they cannot be had, for want of a permission for instance, a note says so, and there are none.

    Args:
        found: the deployment.
        contacts: their ids.
        since: of what happened before, in epoch seconds, nothing is read: a query costs by what it reads.
    """
    names = sorted({contact for contact in contacts if is_id(contact)})
    if not names:
        return []
    try:
        return _asked(found, "|".join(map(_escaped, names)), since)
    except (ClientError, BotoCoreError) as error:
        say.note(f"The timeline is without the steps that only log lines tell of. {sentence(error)}", style="yellow")
        return []


def _escaped(text: str) -> str:
    """An id in a regular expression of Logs Insights: of its characters the full stop alone means something else there."""
    return re.sub(r"\.", r"\\.", text)


def _asked(found: Deployment, pattern: str, since: float) -> list[Mapping[str, Any]]:
    logs, until = found.aws("logs"), int(time.time() + _MARGIN_SECONDS)
    query = logs.start_query(
        logGroupName=found.worker["LoggingConfig"]["LogGroup"],
        queryString=f"fields @timestamp, @message | filter @message like /{pattern}/ | sort @timestamp asc | limit {MOST}",
        startTime=max(0, int(since - _MARGIN_SECONDS)),
        endTime=until,
    )["queryId"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = logs.get_query_results(queryId=query)
        if answer["status"] in _ENDED or time.monotonic() > deadline:
            break
        time.sleep(LOOK_SECONDS)  # a query runs as long as it runs; nothing tells when it has ended
    if answer["status"] != "Complete":
        say.note(f"The timeline may lack steps: the query of the log lines is {answer['status']}.", style="yellow")
    texts = (cell["value"] for row in answer["results"] for cell in row if cell["field"] == "@message")
    return [line for text in texts if isinstance(line := _read(text), dict)]


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
