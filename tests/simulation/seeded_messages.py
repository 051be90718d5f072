"""Seeded bugs in what becomes of messages and what is announced: the batch, the queue, the bus, the events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.simulation.seeded import Make, SeededBug, interleaving, plain, value

Detail = dict[str, Any]


def _swallowed(real: Any) -> Any:
    failed = real.__globals__["ParkingFailed"]

    def park(self: Any, delivery: Any, reason: Any) -> None:
        try:
            real(self, delivery, reason)
        except failed:
            return

    return park


def _tidied(real: Any) -> Any:
    return lambda self, delivery, reason: real(self, replace(delivery, body=delivery.body.strip() or "-"), reason)


def _at_once(real: Any) -> Any:
    return lambda self, delays: real(self, [(delivery, 0.0) for delivery, _ in delays])


def _answers(change: Callable[[list[str], Any], list[str]]) -> Make:
    """The batch names other messages than those that must come back."""

    def make(real: Any) -> Any:
        return lambda self, records, deadline: change(real(self, records, deadline), records)

    return make


class _Raised(BaseException):
    """What no ``except Exception`` catches."""


def _raises(real: Any) -> Any:
    def carried_out(self: Any, turn: Any, deadline: Any) -> Any:
        report = real(self, turn, deadline)
        if turn.request is None:
            raise _Raised
        return report

    return carried_out


def _retried(real: Any) -> Any:
    return lambda self, turn, deadline: (
        turn.report if (report := real(self, turn, deadline)) and not turn.request else report
    )


def _only_events(keep: Callable[[Any], bool]) -> Make:
    def make(real: Any) -> Any:
        return lambda turn: real(turn) if keep(turn) else None

    return make


def _of_deferred(real: Any) -> Any:
    names = real.__globals__

    def event(turn: Any) -> Any:
        if (told := real(turn)) is not None:
            return told
        failed = names["Failed"](names["FailureCode"].FLOW_NOT_USABLE, "later", 1)
        return names["outcome_events"].failed(turn.known, failed, turn.delivery.message_id, turn.failed_at)

    return event


def _one_batch_late(real: Any) -> Any:
    def announce(self: Any, turns: Any) -> None:
        late = self.__dict__.setdefault("_late", [])
        if late:
            real(self, late)
        late[:] = turns

    return announce


def _detail(change: Callable[[Detail], Detail]) -> Make:
    """An event's detail that is told otherwise."""

    def make(real: Any) -> Any:
        def told(*args: Any) -> Any:
            event = real(*args)
            return replace(event, detail=change(dict(event.detail)))

        return told

    return make


def _attributes(change: Callable[[dict[str, str]], dict[str, str]]) -> Make:
    return lambda real: lambda *args: change(real(*args))


def _without(*names: str) -> Callable[[Detail], Detail]:
    return lambda detail: {name: value for name, value in detail.items() if name not in names}


def _old_arn(detail: Detail) -> Detail:
    arn = str(detail.get("newContactArn"))
    return {**detail, "newContactArn": f"{arn.rpartition('/')[0]}/{detail['contactId']}"}


def _public(change: Callable[[Any, Detail], Detail]) -> Make:
    return lambda real: lambda self: change(self, real(self))


def _behind_bad(real: Any) -> Any:
    def turn(self: Any, delivery: Any, deadline: Any) -> Any:
        state = self.__dict__.setdefault("_bad", {"deadline": None, "is_bad": False})
        if state["deadline"] is not deadline:
            state.update(deadline=deadline, is_bad=False)
        if state["is_bad"] and delivery.receives < 3:
            names = real.__globals__
            return names["_Turn"](delivery, names["Report"](names["Deferred"](names["Cause"].UNEXPECTED, 1.0)))
        found = real(self, delivery, deadline)
        state["is_bad"] = state["is_bad"] or found.request is None
        return found

    return turn


def _no_failed_entries(real: Any) -> Any:
    return lambda self, events: [None for _ in real(self, events)]


MESSAGES: tuple[SeededBug, ...] = (
    plain(
        "report-before-park",
        "a failure that could not be parked is reported as done",
        "a-lost",
        {"messaging.queue:Queue.park": _swallowed},
    ),
    plain("body-rewritten", "a parked message's body is tidied up", "c-body", {"messaging.queue:Queue.park": _tidied}),
    plain(
        "visibility-too-short",
        "what is deferred comes back at once",
        "a-lost d-early",
        {"messaging.queue:Visibility.postpone": _at_once},
    ),
    plain(
        "empty-answer",
        "the answer never names a message",
        "a-lost",
        {"messaging.batch:Batch.carry_out": _answers(lambda _back, _all: [])},
    ),
    plain(
        "everything-comes-back",
        "the answer names every message",
        "h-settled c-first a-lost",
        {"messaging.batch:Batch.carry_out": _answers(lambda _back, every: [one["messageId"] for one in every])},
    ),
    plain(
        "wrong-identifier",
        "the answer names messages by something else than their id",
        "f-mates",
        {"messaging.batch:Batch.carry_out": _answers(lambda back, _all: [f"{one}?" for one in back])},
    ),
    plain(
        "bad-request-retried",
        "what can never be carried out is tried again",
        "c-first",
        {"messaging.batch:Batch._carried_out": _retried},
    ),
    plain(
        "bad-request-raises",
        "a bad record fails its whole batch",
        "f-mates",
        {"messaging.batch:Batch._carried_out": _raises},
    ),
    plain(
        "mates-wait-behind-bad",
        "what follows a bad record in its batch is not begun until its third receive",
        "f-mates",
        {"messaging.batch:Batch._turn": _behind_bad},
    ),
    plain(
        "no-failure-event",
        "failures are parked without an event",
        "g-announced a-lost",
        {"messaging.batch:_event": _only_events(lambda turn: type(turn.outcome).__name__ != "Failed")},
    ),
    interleaving(
        "success-told-once",
        "a repeated message of a transferred request publishes nothing",
        "g-forgotten a-lost",
        {"messaging.batch:_event": _only_events(lambda turn: not getattr(turn.outcome, "repeated", False))},
    ),
    plain(
        "deferral-announced",
        "a failure is announced of what only comes back later",
        "g-announced",
        {"messaging.batch:_event": _of_deferred},
    ),
    interleaving(
        "event-after-report",
        "events go out with the next batch, after the report",
        "a-lost",
        {"messaging.batch:Batch._announce": _one_batch_late},
    ),
    interleaving(
        "entries-not-read",
        "PutEvents' failed entries are not looked at",
        "a-lost g-forgotten g-announced",
        {"messaging.event_bus:Bus.publish": _no_failed_entries},
    ),
    plain(
        "announced-as-another",
        "a failure is announced with another code than it is parked with",
        "g-announced",
        {
            "messaging.outcome_events:failed": _detail(
                lambda told: {**told, "failureCode": told["failureCode"].replace("UnsupportedChannel", "FlowNotUsable")}
            )
        },
    ),
    plain(
        "wrong-arn",
        "a success names the old contact's ARN as the new one's",
        "g-announced",
        {"messaging.outcome_events:succeeded": _detail(_old_arn)},
    ),
    plain(
        "attempts-not-counted",
        "a success says that work on it never began",
        "g-announced",
        {"messaging.outcome_events:succeeded": _detail(lambda told: {**told, "attempts": 0})},
    ),
    interleaving(
        "first-attempt-always",
        "a success says that its first attempt did it",
        "g-announced",
        {"messaging.outcome_events:succeeded": _detail(lambda told: {**told, "attempts": 1})},
    ),
    interleaving(
        "attribution-dropped",
        "a success that was inferred is told as one that Connect answered",
        "g-announced",
        {"messaging.outcome_events:succeeded": _detail(_without("attribution"))},
    ),
    plain(
        "parked-without-name",
        "a parked message says neither whose request it was nor which contact it was about",
        "c-body g-announced",
        {"messaging.outcome_events:attributes": _attributes(_without("RequestName", "ContactId"))},
    ),
    plain(
        "parked-under-another-name",
        "a parked message has the contact's id for the request's name",
        "g-announced",
        {
            "messaging.outcome_events:attributes": _attributes(
                lambda told: {**told, "RequestName": told.get("ContactId", "?")}
            )
        },
    ),
    plain(
        "foreign-source",
        "events are published with another source",
        "g-announced",
        {"messaging.event_bus:SOURCE": value("contact.transfer")},
    ),
    plain(
        "one-name-for-all",
        "events call every request by its instance",
        "g-announced",
        {
            "request.parser:TransferRequest.public": _public(
                lambda request, told: {**told, "requestName": request.instance_id}
            )
        },
    ),
    plain(
        "private-field-published",
        "events carry a field that the contract does not know",
        "g-announced",
        {
            "request.parser:TransferRequest.public": _public(
                lambda request, told: {**told, "clientToken": request.client_token}
            )
        },
    ),
    plain(
        "parking-not-noted",
        "a defect in what follows the parking sends the message back",
        "f-mates a-lost c-first h-settled",
        {
            "messaging.batch:Batch._mark_parked": lambda _real: (
                lambda self, turn: self._come_back(turn, "Ledger", "never noted")
            )
        },
    ),
)
