"""The ledger against a model of it, in any order of events: one lease at a time, one winner for ever, no doubt forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, invariant, precondition, rule

from contact_transfer.ledger import records
from contact_transfer.ledger.ledger import Conflict, Ledger
from contact_transfer.ledger.records import Attempt, Begun, Held, OthersDoubt, Verdict, Won
from contact_transfer.ledger.table import LedgerUnavailable, Table
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.outcome import Failed, FailureCode, Transferred
from tests.properties.losing import LosingMachine

_LEASE = 70.0


_LATE = st.sampled_from([0, 0, 0, 1, 2])
_ITEM = "contact#instance#contact"


@dataclass
class _Model:
    """What must be so: who holds the lease until when, whose attempt is in doubt, who has won, whose request the contact outlived."""

    holder: str | None = None
    until: float = 0.0
    doubt: str | None = None
    winner: str | None = None
    new: str = ""
    done: set[str] = field(default_factory=set)


class LedgerMachine(LosingMachine):
    """Two names and one contact; time goes on, answers get lost, writes come late.

    ``late`` is the write of an operation, the first for 1, that its client gives up and that arrives when the machine says so.
    """

    begun = Bundle("begun")
    #: The requestId of both; None: each has its own.
    shared: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger(Table(self.client, "ledger"), 1000.0)
        self.model = _Model()
        self.count = 0
        self.late = set[str]()

    def _request(self, name: str) -> TransferRequest:
        return TransferRequest(
            "instance", "contact", "flow", queue_id=f"queue-{name}", request_id=self.shared or f"order-{name}"
        )

    @rule()
    def what_is_late_arrives(self) -> None:
        """It may do what its owner wanted, and nothing to what others hold or have in doubt, unless the contact has been transferred."""
        before, winner = self._item(), self.model.winner
        self.client.arrive()
        after = self._item()
        if winner is not None:
            assert records.text(after, "winner") == records.text(before, "winner")
            assert records.text(after, "newContactId") == self.model.new
        held = self.model.holder is not None and self.model.until >= self.now
        if held and self.model.holder not in self.late and "winner" not in after:
            assert records.text(after, "leaseOwner") == self.model.holder
            assert records.text(after, "attemptName") == records.text(before, "attemptName")
        self._agree(after)

    @rule(target=begun, name=st.sampled_from(["a", "b"]), late=_LATE)
    def begin(self, name: str, late: int) -> tuple[str, Begun | None]:
        self.count += 1
        owner, model, request = f"owner-{self.count}", self.model, self._request(name)
        with self._lately(owner, late) as given_up:
            answer = self.ledger.begin(request, owner, self.now, self.now + _LEASE)
        if given_up:
            return name, None
        if model.winner is not None or name in model.done:
            assert isinstance(answer, Won)
            assert (answer.entry == request.entry) is (name in {model.winner, *model.done})
            assert answer.new_contact_id == ("contact" if name in model.done else model.new)
        elif model.holder is not None and model.until >= self.now:
            assert isinstance(answer, Held)
        elif model.doubt not in (None, name):
            assert isinstance(answer, OthersDoubt)
        else:
            assert isinstance(answer, Begun)
            assert (answer.doubt is not None) is (model.doubt is not None)
            model.holder, model.until, model.doubt = owner, self.now + _LEASE, name
        return name, answer if isinstance(answer, Begun) else None

    @precondition(lambda self: self.model.doubt is not None and self.model.winner is None)
    @rule(target=begun, name=st.sampled_from(["a", "b"]), late=_LATE)
    def take_over(self, name: str, late: int) -> tuple[str, Begun | None]:
        """Another request looks into the doubt: it has the lease, and the attempt stays as it was noted."""
        model, doubt = self.model, str(self.model.doubt)
        if name == doubt or name in model.done:
            return name, None
        self.count += 1
        owner, request = f"owner-{self.count}", self._request(name)
        attempt = Attempt(self._request(doubt).entry, self.now, self.now, self.now, None, None)
        with self._lately(owner, late) as given_up:
            answer = self.ledger.take_over(request, attempt, owner, self.now, self.now + _LEASE)
        if given_up:
            return name, None
        if model.holder is not None and model.until >= self.now:
            assert isinstance(answer, Held)
            return name, None
        assert isinstance(answer, Begun)
        assert answer.foreign
        assert answer.doubt is not None
        assert answer.doubt.entry == self._request(doubt).entry
        model.holder, model.until = owner, self.now + _LEASE
        return name, answer

    @rule(held=begun)
    def start(self, held: tuple[str, Begun | None]) -> None:
        """Only who still holds the lease may count its beginning."""
        name, mine = held
        if mine is None:
            return
        try:
            self.ledger.start(self._request(name), mine)
        except LedgerUnavailable:
            assert self.model.holder != mine.owner
        else:
            assert self.model.holder == mine.owner

    @rule(held=begun, doubt=st.booleans(), called=st.booleans(), late=_LATE)
    def release(self, *, held: tuple[str, Begun | None], doubt: bool, called: bool, late: int) -> None:
        name, mine = held
        if mine is None:
            return
        when = self.now if called else None
        if mine.foreign:
            when = None  # it looks, and calls nothing
        doubt = doubt and (
            when is not None or mine.doubt is not None
        )  # without a call only an earlier doubt can be left
        with self._lately(mine.owner, late) as given_up:
            self.ledger.release(self._request(name), mine, failed=True, doubt=doubt, called=when)
        if self.model.holder == mine.owner and not given_up:
            self.model.holder = None
            if not (mine.foreign and doubt):
                self.model.doubt = name if doubt else None

    @rule(held=begun, in_doubt=st.booleans(), late=_LATE)
    def fail(self, *, held: tuple[str, Begun | None], in_doubt: bool, late: int) -> None:
        name, mine = held
        if mine is None:
            return
        in_doubt = in_doubt and mine.doubt is not None and not mine.foreign
        self.client.lose = False
        delivery = Delivery("m", "handle", "", self.count)
        self.ledger.claim(self._request(name), delivery, self.now)
        failed = Failed(FailureCode.FLOW_NOT_FOUND, "no flow", in_doubt=in_doubt)
        verdict = Verdict.of(failed, delivery, self.now)
        try:
            with self._lately(mine.owner, late) as given_up:
                self.ledger.fail(self._request(name), verdict, mine)
        except LedgerUnavailable:
            assert self.model.holder != mine.owner  # what no longer holds the lease has no verdict to give
        if self.model.holder == mine.owner and not given_up:
            self.model.holder = None
            if not (in_doubt or mine.foreign):
                self.model.doubt = None

    @rule(held=begun, new=st.sampled_from(["n1", "n2"]), late=_LATE)
    def finish(self, held: tuple[str, Begun | None], new: str, late: int) -> None:
        """A 200 arrives, also long after the lease has gone."""
        name, mine = held
        if mine is None or name in self.model.done:
            return
        model = self.model
        try:
            with self._lately(mine.owner, late) as given_up:
                self.ledger.finish(self._request(name), Transferred(new, None, 1), self.now, mine.owner)
        except Conflict as conflict:
            self._is_conflict(conflict, name, new)
            return
        if not given_up:
            assert model.winner in (None, name)
            model.winner, model.new, model.holder, model.doubt = name, new, None, None

    def _is_conflict(self, conflict: Conflict, name: str, new: str) -> None:
        assert (self.model.winner, self.model.new) != (name, new)
        assert conflict.won.new_contact_id == self.model.new

    @precondition(lambda self: self.model.winner is None)
    @rule(held=begun, late=_LATE)
    def finish_and_live_on(self, held: tuple[str, Begun | None], late: int) -> None:
        """A 200 names the contact itself: the other request may have it, or be in doubt about it, by now."""
        name, mine = held
        if mine is None or mine.foreign:
            return
        with self._lately(mine.owner, late) as given_up:
            self.ledger.finish(self._request(name), Transferred("contact", None, 1), self.now, mine.owner)
        if given_up:
            return
        self.model.done.add(name)
        if self.model.holder == mine.owner:
            self.model.holder, self.model.doubt = None, None

    @precondition(lambda self: self.model.winner is None)
    @rule(held=begun)
    def infer(self, held: tuple[str, Begun | None]) -> None:
        """What was only inferred counts while the lease is still held, and not otherwise."""
        name, mine = held
        if mine is None or name in self.model.done:
            return
        try:
            self.ledger.finish(self._request(name), Transferred("n3", None, 1, inferred=True), self.now, mine.owner)
        except LedgerUnavailable:
            assert self.model.holder != mine.owner
            return
        assert self.model.holder == mine.owner
        self.model.winner, self.model.new, self.model.holder, self.model.doubt = name, "n3", None, None

    @contextmanager
    def _lately(self, owner: str, late: int) -> Iterator[list[bool]]:
        """Run an operation whose write of that number is late; the list has something in it when the operation was given up."""
        given_up: list[bool] = []
        self.client.late, self.client.lose = late, self.client.lose and not late
        try:
            yield given_up
        except LedgerUnavailable:
            if not late or self.client.late:
                raise
            given_up.append(True)
            self.late.add(owner)
        finally:
            self.client.late = 0

    def _item(self) -> records.Item:
        return dict(self.client.table.items.get(_ITEM, {}))

    def _agree(self, item: records.Item) -> None:
        """Know from now on what a late write has done."""
        model, names = self.model, {self._request(name).entry: name for name in ("a", "b")}
        model.holder, model.until = records.text(item, "leaseOwner"), records.number(item, "leaseUntil") / 1000
        model.doubt = names.get(records.text(item, "attemptName") or "")
        model.winner, model.new = (
            names.get(records.text(item, "winner") or ""),
            records.text(item, "newContactId") or "",
        )
        model.done = {name for known, name in names.items() if f"done:{known}" in item}

    @invariant()
    def the_item_says_what_the_model_says(self) -> None:
        item = self._item()
        assert ("winner" in item) is (self.model.winner is not None)
        assert ("leaseOwner" in item) is (self.model.holder is not None)
        assert ("attemptName" in item) is (self.model.doubt is not None)


LedgerMachine.TestCase.settings = settings(max_examples=400, stateful_step_count=40, deadline=None)
TestLedger = LedgerMachine.TestCase


class OneNameMachine(LedgerMachine):
    """The same with one requestId that has two sets of parameters: they have nothing in common but the name."""

    shared = "order"


OneNameMachine.TestCase.settings = LedgerMachine.TestCase.settings
TestOneName = OneNameMachine.TestCase
