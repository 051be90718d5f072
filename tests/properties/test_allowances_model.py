"""A route's allowances against a model of them, in any order of events: no more holders than there are allowances, none leaked."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contact_transfer.allowances import Allowances
from contact_transfer.ledger import Ledger
from contact_transfer.records import Begun
from contact_transfer.request import TransferRequest
from contact_transfer.table import Table
from tests.properties.losing import Client

_MOST, _NAMES = 2, ("a", "b", "c", "d")


def _request(name: str) -> TransferRequest:
    return TransferRequest("instance", f"contact-{name}", "flow", queue_id="queue", request_id=name, route="route")


class AllowancesMachine(RuleBasedStateMachine):
    """Four contacts of one tree, two allowances; time goes on, answers get lost."""

    def __init__(self) -> None:
        super().__init__()
        self.client = Client()
        table = Table(self.client, "ledger")
        self.allowances, self.now, self.holders = Allowances(table, 1000.0), 1000.0, set[str]()
        self.leases: dict[str, Begun] = {}
        for name in _NAMES:
            begun = Ledger(table, 1000.0).begin(_request(name), f"owner-{name}", self.now, self.now + 1e6)
            assert isinstance(begun, Begun)
            self.leases[name] = begun

    @rule(seconds=st.sampled_from([0.1, 60.0, 4000.0]))
    def time_goes_on(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def the_next_answer_is_lost(self) -> None:
        self.client.lose = True

    @rule(name=st.sampled_from(_NAMES))
    def take(self, name: str) -> None:
        self.now += 0.01
        taken = self.allowances.take(_request(name), self.leases[name], "tree", _MOST, self.now)
        assert taken is (name in self.holders or len(self.holders) < _MOST)
        if taken:
            self.holders.add(name)

    @rule(name=st.sampled_from(_NAMES))
    def give_back(self, name: str) -> None:
        self.now += 0.01
        self.allowances.give_back(_request(name), self.now)
        self.holders.discard(name)

    @invariant()
    def the_item_says_what_the_model_says(self) -> None:
        item = self.client.table.items.get("route#instance#tree#route", {})
        assert int(item.get("taken", {}).get("N", "0")) == len(self.holders)
        assert sum(name.startswith("held:") for name in item) == len(self.holders)
        assert sum(name.startswith("back:") for name in item) <= len(_NAMES)


AllowancesMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestAllowances = AllowancesMachine.TestCase
