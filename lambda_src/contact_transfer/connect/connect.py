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
_REMEMBERED_TREES = 50


class Connect:
    """The look-ups raise ``Unavailable``, and ``NotEnoughTime`` when the invocation ends before a call's slot is free."""

    def __init__(self, client: ConnectClient, limiter: RateLimiter, clock: ConnectClock) -> None:
        self._client = client
        self._limiter = limiter
        self.clock = clock
        self._interrupted: dict[tuple[str, str], Progress] = {}

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

        A tree that an invocation has no time for is read on by the next one, from the page that it had come to.
        """
        key = (instance_id, contact_id)
        progress = self._interrupted.pop(key, None)
        if progress is None or progress.is_old(self.clock.now()):
            progress = Progress(self.clock.bounds().earliest)
        else:
            progress.is_resumed = True

        def page(token: str | None) -> Page | None:
            try:
                self._limiter.acquire("ListAssociatedContacts", deadline)
            except NotEnoughTime:
                self._keep(key, progress)
                raise
            return self._call("ListAssociatedContacts", lambda: self._client.page(instance_id, contact_id, token))

        return Tree(page, progress)

    def _keep(self, key: tuple[str, str], progress: Progress) -> None:
        if len(self._interrupted) >= _REMEMBERED_TREES:
            self._interrupted.clear()
        self._interrupted[key] = progress

    def _call(self, operation: str, call: Callable[[], T]) -> T:
        try:
            return call()
        except Unavailable as error:
            if error.cause is Cause.THROTTLED:
                self._limiter.reduce(operation)
            raise
