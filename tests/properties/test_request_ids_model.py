"""To whom a requestId belongs, against a model of it: late writes neither bind a name that is free nor free one that is bound, and a
message that was refused is refused for good.
"""

from __future__ import annotations

from collections import defaultdict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from contact_transfer.ledger.request_ids import RequestIds
from contact_transfer.ledger.table import LedgerUnavailable, Table
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.model import TransferRequest
from tests.properties.losing import LosingMachine

_TWO = st.sampled_from([1, 2])
_QUEUES = st.sampled_from(["a", "b"])
_AHEAD = st.sampled_from([-0.5, 0.0, 0.5])
#: A client gives up after three attempts of two seconds.
_GIVEN_UP_AFTER = 6.0


def _request(queue: str) -> TransferRequest:
    return TransferRequest("instance", "contact", "flow", queue_id=queue, request_id="r")


class RequestIdsMachine(LosingMachine):
    """One name, two sets of parameters, two messages with each of them; clocks apart, answers lost, writes late.

    ``noted``: by message, on which receipt it may be noted as refused, None for not at all; ``late``: what a late write may make of that.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ids = RequestIds(Table(self.client, "ledger"), 1000.0)
        self.bound: str | None = None
        self.may_bind, self.may_free = set[str](), False
        self.noted = defaultdict[str, set[str | None]](lambda: {None})
        self.late = defaultdict[str, set[str | None]](set)

    @rule(queue=_QUEUES, copy=_TWO, receives=_TWO, ahead=_AHEAD, late=st.sampled_from([0, 1, 2]))
    def claim(self, *, queue: str, copy: int, receives: int, ahead: float, late: int) -> None:
        message = f"{queue}{copy}"
        delivery = Delivery(message, f"{message}/{receives}", "", receives)
        self._call(late=late)
        try:
            refused = self.ids.claim(_request(queue), delivery, self.now + ahead)
        except LedgerUnavailable:
            self.now += _GIVEN_UP_AFTER
            self.may_bind.add(queue)
            self.late[message] |= {None, delivery.receipt}
            return
        finally:
            self.client.late = 0
        free, noted = self.bound in {None, queue}, self.noted[message] | self.late[message]
        stands, open_ = noted - {None, delivery.receipt}, noted & {None, delivery.receipt}
        if refused is None:
            assert free
            assert open_
            self.noted[message] = open_ | {None}
            self.bound, self.may_free = queue, False
            self.may_bind.clear()
        else:
            assert stands or not free
            self.noted[message] = stands | ({delivery.receipt} if open_ and not free else set())

    @rule(ahead=_AHEAD, late=st.sampled_from([0, 1]))
    def fail(self, *, ahead: float, late: int) -> None:
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
        before = self._refusals()
        self.client.arrive()
        [*items] = self.client.table.items.values()
        free = not items or "failedAt" in items[0]
        for message in self._refusals() - before:
            assert self.bound not in {None, message.removeprefix("refused:")[0]}
        if self.bound is None and not free:
            names = {_request(queue).fingerprint: queue for queue in ("a", "b")}
            self.bound = names[items[0]["fingerprint"]["S"]]
            assert self.bound in self.may_bind
        elif self.bound is not None and free:
            assert self.may_free
            self.bound = None

    def _refusals(self) -> set[str]:
        return {name for item in self.client.table.items.values() for name in item if name.startswith("refused:")}

    def _call(self, *, late: int) -> None:
        self.now += 0.6  # a name is claimed and failed by one worker after another, and their clocks are less apart
        self.client.late, self.client.lose = late, self.client.lose and not late


RequestIdsMachine.TestCase.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
TestRequestIds = RequestIdsMachine.TestCase
