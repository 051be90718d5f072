"""Amazon Connect as the service sees it: each call waits for its slot of the rate limit, and a throttled one lowers the rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from contact_transfer.connect.client import TRANSFER, ConnectClient
from contact_transfer.connect.connect_clock import ConnectClock
from contact_transfer.connect.rate_limiter import NotEnoughTime, RateLimiter
from contact_transfer.connect.responses import Accepted, ContactView, FlowView, Page, Rejected, Unavailable
from contact_transfer.connect.tree import Progress, Tree
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Deadline
from contact_transfer.transfer.outcome import Cause

T = TypeVar("T")


class Connect:
    """The look-ups raise ``Unavailable``, and ``NotEnoughTime`` when the invocation ends before a call's slot is free."""

    def __init__(self, client: ConnectClient, limiter: RateLimiter, clock: ConnectClock) -> None:
        self._client = client
        self._limiter = limiter
        self.clock = clock
        #: How far trees have been read whose end no time was left for, by instance and contact. Work on a contact begins and ends with it.
        self.unfinished: dict[tuple[str, str], Progress] = {}

    def await_transfer(self, deadline: Deadline) -> None:
        """Wait for a slot of TransferContact."""
        self._limiter.acquire(TRANSFER, deadline)

    def transfer(self, request: TransferRequest, sign_until: float) -> Accepted | Rejected:
        """Call TransferContact in the slot that ``await_transfer`` waited for. See ``ConnectClient.transfer``."""
        return self._call(TRANSFER, lambda: self._client.transfer(request, sign_until))

    def contact(self, instance_id: str, contact_id: str, deadline: Deadline) -> ContactView | None:
        """See ``ConnectClient.contact``."""
        self._limiter.acquire("DescribeContact", deadline)
        return self._call("DescribeContact", lambda: self._client.contact(instance_id, contact_id))

    def flow(self, instance_id: str, flow_id: str, deadline: Deadline) -> FlowView | None:
        """See ``ConnectClient.flow``."""
        self._limiter.acquire("DescribeContactFlow", deadline)
        return self._call("DescribeContactFlow", lambda: self._client.flow(instance_id, flow_id))

    def tree(self, instance_id: str, contact_id: str, deadline: Deadline) -> Tree:
        """All contacts of the tree that ``contact_id`` belongs to, asked for page by page as they are needed.

        One whose end an earlier invocation had no time for is read on from the page that it had come to: see ``tree.kept``.
        """
        key = (instance_id, contact_id)
        progress = self.unfinished.get(key)
        if progress is None or not progress.is_resumed or progress.is_old(self.clock.now()):
            progress = Progress(self.clock.bounds().earliest)

        def page(token: str | None) -> Page | None:
            self.unfinished.pop(key, None)
            try:
                self._limiter.acquire("ListAssociatedContacts", deadline)
            except NotEnoughTime:
                self.unfinished[key] = progress
                raise
            return self._call("ListAssociatedContacts", lambda: self._client.page(instance_id, contact_id, token))

        return Tree(page, progress)

    def _call(self, operation: str, call: Callable[[], T]) -> T:
        try:
            return call()
        except Unavailable as error:
            if error.cause is Cause.THROTTLED:
                self._limiter.reduce(operation)
            raise
