"""A route's allowances against a model of them, in any order of events: no more holders than there are allowances, none left behind."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from contact_transfer.ledger.ledger import Ledger
from contact_transfer.ledger.records import Begun
from contact_transfer.ledger.route_quotas import Allowances
from contact_transfer.ledger.table import LedgerUnavailable, Table
from contact_transfer.request.model import TransferRequest
from tests.properties.losing import LosingMachine

_MOST, _NAMES = 2, ("a", "b", "c")


def _request(name: str) -> TransferRequest:
    return TransferRequest("instance", f"contact-{name}", "flow", queue_id="queue", request_id=name, route="route")


class AllowancesMachine(LosingMachine):
    """Three contacts of one tree, two allowances; time goes on, answers get lost, writes come late."""

    def __init__(self) -> None:
        super().__init__()
        table = Table(self.client, "ledger")
        self.allowances, self.holders = Allowances(table, 1000.0), set[str]()
        self.unsure = set[str]()
        self.leases: dict[str, Begun] = {}
        for name in _NAMES:
            begun = Ledger(table, 1000.0).begin(_request(name), f"owner-{name}", self.now, self.now + 1e6)
            assert isinstance(begun, Begun)
            self.leases[name] = begun

    @rule()
    def what_is_late_arrives(self) -> None:
        self.client.arrive()

    @rule(name=st.sampled_from(_NAMES), late=st.booleans())
    def take(self, *, name: str, late: bool) -> None:
        self.now, self.client.late = self.now + 0.01, 2 if late else 0  # the first write is the contact's
        possible = name in self._held() or len(self._held()) < _MOST
        try:
            taken = self.allowances.take(_request(name), self.leases[name], "tree", _MOST, self.now)
        except LedgerUnavailable:
            self.unsure.add(name)
            return
        assert taken is possible
        if taken:
            self.holders.add(name)
        else:
            self.unsure.add(name)

    @rule(name=st.sampled_from(_NAMES), late=st.booleans())
    def give_back(self, *, name: str, late: bool) -> None:
        self.now, self.client.late = self.now + 0.01, int(late)
        try:
            self.allowances.give_back(_request(name), self.now)
        except LedgerUnavailable:
            self.holders.discard(name)
            self.unsure.add(name)
            return
        self.holders.discard(name)
        self.unsure.discard(name)

    def _item(self) -> dict[str, dict[str, str]]:
        return self.client.table.items.get("route#instance#tree#route", {})

    def _held(self) -> set[str]:
        return {name for name in _NAMES if f"held:{_request(name).client_token}" in self._item()}

    @invariant()
    def the_item_says_what_the_model_says(self) -> None:
        """One that was refused, or had no answer, may come to hold an allowance by a write that is late, until its failure is closed."""
        assert self.holders <= self._held() <= self.holders | self.unsure
        assert int(self._item().get("taken", {}).get("N", "0")) == len(self._held()) <= _MOST
        assert len(self._item()) <= len({"pk", "taken", "back", "expires"}) + _MOST


AllowancesMachine.TestCase.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
TestAllowances = AllowancesMachine.TestCase
