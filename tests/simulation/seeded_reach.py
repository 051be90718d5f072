"""Seeded bugs in what a request may ask for beside a transfer: conditions, times, what follows a contact, and cancellations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.simulation.seeded import SeededBug, always, interleaving, plain


def _skipped_in_doubt(real: Any) -> Any:
    """A lost answer is not looked into where the request's condition does not hold any more."""
    names = real.__globals__

    def reconcile(self: Any, *, may_call: bool) -> Any:
        request, means = self.request, self.means
        if request.is_conditional:
            contact = means.connect.contact(request.instance_id, request.contact_id, self.arrival.deadline)
            ended = means.eligibility.check(request, contact, self.arrival.deadline, self.attempting._tree())
            if ended is not None:
                self.settled = True
                return names["reporting"].under_conditions(request, ended)
        return real(self, may_call=may_call)

    return reconcile


def _as_decided(real: Any) -> Any:
    """What Connect shows of a contact has no say in a skip or a cancellation."""

    def end_after_calls(self: Any, ended: Any) -> Any:
        return ended if type(ended).__name__ in ("Skipped", "Cancelled") else real(self, ended)

    return end_after_calls


def _chosen_anew(real: Any) -> Any:
    """Which contact to move is found out anew on each receive."""

    def carry_out(self: Any) -> Any:
        self.moved = None
        return real(self)

    return carry_out


def _named_after_the_moved(real: Any) -> Any:
    """A request that follows is called as if it named the contact that it moves."""
    return lambda self, contact_id: replace(real(self, contact_id), named_contact_id=None)


def _held_without_schedule(real: Any) -> Any:
    """What EventBridge Scheduler does not take is taken for held."""
    names = real.__globals__

    def hold(self: Any, request: Any, delivery: Any, until: float) -> None:
        try:
            real(self, request, delivery, until)
        except names["NotHeld"]:
            return

    return hold


def _without_its_name(real: Any) -> Any:
    """The schedule sends the request without its requestId."""

    def schedule(self: Any, name: str, second: int, delivery: Any) -> Any:
        made = real(self, name, second, delivery)
        target = {**made["Target"], "Input": made["Target"]["Input"].replace('"requestId"', '"reason"')}
        return {**made, "Target": target}

    return schedule


def _cancelled_first(real: Any) -> Any:
    """A cancellation stands, whatever may have been called."""

    def reconcile(self: Any, *, may_call: bool) -> Any:
        if self.session.cancelled_until(by_name=True) is not None:
            self.settled = True
            return None
        return real(self, may_call=may_call)

    return reconcile


REACH: tuple[SeededBug, ...] = (
    plain(
        "condition-ignored",
        "a request is carried out whether its condition holds or not",
        "b-condition",
        {"transfer.rules:unmet_condition": always(None)},
    ),
    interleaving(
        "skipped-in-doubt",
        "a request is skipped although a call of its own may have taken effect",
        "c-doubt c-one-end g-forgotten c-code",
        {
            "transfer.handling:Handling._reconcile": _skipped_in_doubt,
            "transfer.handling:Handling._end_after_calls": _as_decided,
        },
    ),
    interleaving(
        "successor-chosen-anew",
        "which contact a request moves is found out anew, also while a call for one is in doubt",
        "b-twice",
        {"transfer.following:Following.carry_out": _chosen_anew},
    ),
    plain(
        "named-after-the-moved",
        "a request that follows has the name and token of one for the contact that it moves",
        "b-twice g-announced",
        {"request.model:TransferRequest.moving": _named_after_the_moved},
    ),
    plain(
        "cancellation-not-looked-at",
        "work begins without a look at cancellations",
        "b-cancelled",
        {
            "ledger.ledger:Session.cancelled_until": always(None),
            "ledger.request_ids:RequestId.is_cancelled": always(answer=False),
        },
    ),
    interleaving(
        "cancelled-in-doubt",
        "a cancelled request ends as cancelled although a call of its own may have taken effect",
        "c-doubt c-one-end g-forgotten",
        {
            "transfer.handling:Handling._reconcile": _cancelled_first,
            "transfer.handling:Handling._end_after_calls": _as_decided,
        },
    ),
    interleaving(
        "held-without-schedule",
        "the message of a request that is not due is deleted before its schedule is known to exist",
        "a-lost",
        {"messaging.schedules:Schedules.hold": _held_without_schedule},
    ),
    plain(
        "due-at-once",
        "notBefore is read and never looked at",
        "b-before",
        {"messaging.holding:Holding.hold": always(None)},
    ),
    plain(
        "after-minutes-ignored",
        "a route's afterMinutes are read and never looked at",
        "b-before",
        {"request.envelope:_due": always(None)},
    ),
    plain(
        "ended-is-a-failure",
        "a request with a condition fails when its contact has ended",
        "c-skipped",
        {"transfer.reporting:under_conditions": lambda _real: lambda _request, outcome: outcome},
    ),
    plain(
        "scheduled-without-its-name",
        "a schedule sends a request without its requestId",
        "a-lost",
        {"messaging.schedules:Schedules._schedule": _without_its_name},
    ),
)
