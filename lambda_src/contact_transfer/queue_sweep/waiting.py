"""Which contacts wait in a queue, from Amazon Connect's SearchContacts.

SearchContacts finds every contact that entered a queue within a time range. It has no filter for those that still wait there, and
cannot sort by the time at which they were queued: both are done here. Its index lags behind, so what is found may have moved
since; the worker's own look at each contact decides. Source: Amazon Connect API reference, SearchContacts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from contact_transfer.aws.answers import code_and_status, is_modelled, is_throttle, unproven
from contact_transfer.queue_sweep.order import SweepOrder
from contact_transfer.transfer.clock import Clock

#: Contacts of one page, at most. Source: SearchContacts, MaxResults.
PAGE = 100
#: Seconds from one call to the next: the quota is 0.5 calls a second, with a burst of 1. Source: Amazon Connect service quotas.
PAUSE_SECONDS = 2.0
#: Queues that one search can name. Source: SearchContacts, QueueIds.
MOST_QUEUES = 100
#: How far back a search looks: its longest time range, eight weeks, less an hour for clocks that differ.
LOOK_BACK_SECONDS = 8 * 7 * 86_400.0 - 3600.0
#: How often a page is asked for again when Connect throttles it or does not answer.
ATTEMPTS = 5
_SERVER_ERROR = 500


class SearchFailed(Exception):
    """Amazon Connect did not answer a search: its code, and what it said."""


@dataclass(frozen=True)
class WaitingContact:
    """A contact that waited in ``queue_id`` when it was found. ``queued_at``: epoch seconds."""

    contact_id: str
    channel: str
    queue_id: str
    queued_at: float


class ContactSearch:
    """Searches through a botocore Connect client, never faster than the quota of SearchContacts."""

    def __init__(self, client: Any, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._called_at: float | None = None

    def waiting(self, order: SweepOrder, until: float | None = None) -> list[WaitingContact]:
        """Find the contacts of an order, oldest first.

        Args:
            order: what is swept.
            until: no search starts later, in epoch seconds of this machine's clock; None: for as long as it takes.

        Returns:
            At most ``order.limit`` contacts. When ``until`` passes, those that were found before.

        Raises:
            SearchFailed: Connect refused, or did not answer several times.
        """
        found: dict[str, WaitingContact] = {}
        for queues in _chunks(order.from_queue_ids, MOST_QUEUES):
            for summary in self._summaries(order, queues, until):
                contact = _waiting(summary, queues)
                if contact is not None:
                    found[contact.contact_id] = contact
        oldest = sorted(found.values(), key=lambda contact: (contact.queued_at, contact.contact_id))
        return oldest[: order.limit]

    def _summaries(self, order: SweepOrder, queues: Sequence[str], until: float | None) -> Iterator[Mapping[str, Any]]:
        now = self._clock.now()
        asked: dict[str, Any] = {
            "InstanceId": order.instance_id,
            "TimeRange": {
                "Type": "ENQUEUE_TIMESTAMP",
                "StartTime": now - LOOK_BACK_SECONDS,
                "EndTime": now - order.older_than_seconds,
            },
            "SearchCriteria": {
                "QueueIds": list(queues),
                **({"Channels": list(order.channels)} if order.channels else {}),
            },
            "Sort": {"FieldName": "INITIATION_TIMESTAMP", "Order": "ASCENDING"},
            "MaxResults": PAGE,
        }
        while until is None or self._clock.now() + self._slot_in() < until:
            page = self._page(asked)
            yield from page.get("Contacts", [])
            if not page.get("NextToken"):
                return
            asked["NextToken"] = page["NextToken"]

    def _page(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """One page. What is no answer of Connect's, a throttle or a fault of the server is asked for again."""
        trouble = ""
        for _ in range(ATTEMPTS):
            self._await_slot()
            try:
                page: Mapping[str, Any] = self._client.search_contacts(**asked)
                trouble = unproven(page) or ""
                if not trouble:
                    return page
            except ClientError as error:
                code, status = code_and_status(error)
                trouble = f"{code} (HTTP {status})"
                is_refusal = is_modelled(self._client, error) and status < _SERVER_ERROR and not is_throttle(code)
                if is_refusal:
                    raise SearchFailed(f"{code}: {error.response.get('Error', {}).get('Message')}") from error
            except BotoCoreError as error:
                trouble = type(error).__name__
        raise SearchFailed(f"{trouble}, {ATTEMPTS} times")

    def _slot_in(self) -> float:
        """Seconds until the quota allows the next call."""
        if self._called_at is None:
            return 0.0
        return max(0.0, self._called_at + PAUSE_SECONDS - self._clock.monotonic())

    def _await_slot(self) -> None:
        if wait := self._slot_in():
            self._clock.sleep(wait)
        self._called_at = self._clock.monotonic()


def _waiting(summary: Mapping[str, Any], queues: Sequence[str]) -> WaitingContact | None:
    """The contact, if it has neither an end nor an agent, and its last queue is one of those searched."""
    queue = summary.get("QueueInfo") or {}
    queued = queue.get("EnqueueTimestamp")
    if summary.get("DisconnectTimestamp") or (summary.get("AgentInfo") or {}).get("ConnectedToAgentTimestamp"):
        return None
    if queue.get("Id") not in queues or not isinstance(queued, datetime):
        return None
    return WaitingContact(str(summary["Id"]), str(summary.get("Channel", "")), str(queue["Id"]), queued.timestamp())


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
