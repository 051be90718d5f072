"""Seeded bugs in what is announced: which events are published, and what each says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.simulation.seeded import Make, SeededBug, interleaving, plain, value

Detail = dict[str, Any]


def _only_events(keep: Callable[[Any], bool]) -> Make:
    def make(real: Any) -> Any:
        return lambda turn: real(turn) if keep(turn) else None

    return make


def _of_deferred(real: Any) -> Any:
    made, events = real.__globals__["Failed"], real.__globals__["outcome_events"]

    def event(turn: Any) -> Any:
        if (report := real(turn)) is not None:
            return report
        failed = made("FlowNotUsable", "later", 1)
        return events.failed(turn.known, failed, turn.delivery.message_id, turn.reported_at)

    return event


def _one_batch_late(real: Any) -> Any:
    def announce(self: Any, turns: Any) -> None:
        late = self.__dict__.setdefault("_late", [])
        if late:
            real(self, late)
        late[:] = turns

    return announce


def _detail(change: Callable[[Detail], Detail]) -> Make:
    """An event's detail that says something else."""

    def make(real: Any) -> Any:
        def changed(*args: Any) -> Any:
            event = real(*args)
            return replace(event, detail=change(dict(event.detail)))

        return changed

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


def _no_failed_entries(real: Any) -> Any:
    return lambda self, events: [None for _ in real(self, events)]


EVENTS: tuple[SeededBug, ...] = (
    plain(
        "no-failure-event",
        "failures are parked without an event",
        "g-announced a-lost",
        {"messaging.turn:Turn.event": _only_events(lambda turn: type(turn.outcome).__name__ != "Failed")},
    ),
    interleaving(
        "success-told-once",
        "a repeated message of a transferred request publishes nothing",
        "g-forgotten a-lost",
        {"messaging.turn:Turn.event": _only_events(lambda turn: not getattr(turn.outcome, "repeated", False))},
    ),
    plain(
        "deferral-announced",
        "a failure is announced of what only comes back later",
        "g-announced",
        {"messaging.turn:Turn.event": _of_deferred},
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
                lambda detail: {
                    **detail,
                    "failureCode": detail["failureCode"].replace("UnsupportedChannel", "FlowNotUsable"),
                }
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
        {"messaging.outcome_events:succeeded": _detail(lambda detail: {**detail, "attempts": 0})},
    ),
    interleaving(
        "first-attempt-always",
        "a success says that its first attempt did it",
        "g-announced",
        {"messaging.outcome_events:succeeded": _detail(lambda detail: {**detail, "attempts": 1})},
    ),
    interleaving(
        "attribution-dropped",
        "a success that was inferred is published as one that Connect answered",
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
                lambda detail: {**detail, "RequestName": detail.get("ContactId", "?")}
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
                lambda request, detail: {**detail, "requestName": request.instance_id}
            )
        },
    ),
    plain(
        "private-field-published",
        "events carry a field that the contract does not know",
        "g-announced",
        {
            "request.parser:TransferRequest.public": _public(
                lambda request, detail: {**detail, "clientToken": request.client_token}
            )
        },
    ),
)
