"""To whom a requestId belongs, against a model of it: late writes neither bind a name that is free nor free one that is bound."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from contact_transfer.request import TransferRequest
from contact_transfer.request_ids import RequestIds
from contact_transfer.table import LedgerUnavailable, Table
from tests.properties.losing import LosingMachine

_QUEUES = st.sampled_from(["a", "b"])
_AHEAD = st.sampled_from([-0.5, 0.0, 0.5])
#: A client gives up after three attempts of two seconds.
_GIVEN_UP_AFTER = 6.0


def _request(queue: str) -> TransferRequest:
    return TransferRequest("instance", "contact", "flow", queue_id=queue, request_id="r")


class RequestIdsMachine(LosingMachine):
    """One name and two sets of parameters; clocks apart, answers lost, writes late."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = RequestIds(Table(self.client, "ledger"), 1000.0)
        self.bound: str | None = None
        self.may_bind, self.may_free = set[str](), False

    @rule(queue=_QUEUES, ahead=_AHEAD, late=st.booleans())
    def claim(self, *, queue: str, ahead: float, late: bool) -> None:
        self._call(late=late)
        try:
            refused = self.ids.claim(_request(queue), self.now + ahead)
        except LedgerUnavailable:
            self.now += _GIVEN_UP_AFTER
            self.may_bind.add(queue)
            return
        assert (refused is None) is (self.bound in {None, queue})
        if refused is None:
            self.bound, self.may_free = queue, False
            self.may_bind.clear()

    @rule(ahead=_AHEAD, late=st.booleans())
    def fail(self, *, ahead: float, late: bool) -> None:
        if self.bound is None:
            return
        self._call(late=late)
        try:
            self.ids.free(_request(self.bound), self.now + ahead)
        except LedgerUnavailable:
            self.now += _GIVEN_UP_AFTER
            self.may_free = True
            return
        self.bound, self.may_free = None, False
        self.may_bind.clear()

    @rule()
    def what_is_late_arrives(self) -> None:
        """A claim that nobody has overtaken binds the name, for its request is still in the queue; so a failure frees it."""
        self.client.arrive()
        [*items] = self.client.table.items.values()
        free = not items or "failedAt" in items[0]
        if self.bound is None and not free:
            names = {_request(queue).fingerprint: queue for queue in ("a", "b")}
            self.bound = names[items[0]["fingerprint"]["S"]]
            assert self.bound in self.may_bind
        elif self.bound is not None and free:
            assert self.may_free
            self.bound = None

    def _call(self, *, late: bool) -> None:
        self.now += 0.6  # a name is claimed and failed by one worker after another, and their clocks are less apart
        self.client.late, self.client.lose = int(late), self.client.lose and not late


RequestIdsMachine.TestCase.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
TestRequestIds = RequestIdsMachine.TestCase
