"""A request of a scenario as its producer writes it: each field of the table that says who is transferred where, when and whether."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from contact_transfer.request.envelope import AFTER_MINUTES, ROUTE_EVENTS
from local.connect.seed import SeedData
from local.virtual.cloud import BEGINS
from tests.simulation.scenario import INSTANCE, INSTANCE_ARN, Request

_NOWHERE = "00000000-0000-4000-8000-000000000000"


class Ids:
    """The ids of what a scenario names. ``contacts``: by number."""

    def __init__(self, data: SeedData, contacts: list[str]) -> None:
        self.data = data
        self.contacts = contacts

    def contact(self, request: Request) -> str:
        """The id of a request's contact."""
        return self.contacts[request.contact]

    def flow(self, request: Request) -> str:
        """The id of a request's flow; one that does not exist for a name that nobody has."""
        return self.data.flows.get(request.flow, _NOWHERE)

    def queue(self, request: Request) -> str | None:
        """The id of a request's queue, in the same way."""
        return None if request.queue is None else self.data.queues.get(request.queue, _NOWHERE)

    def user(self, request: Request) -> str | None:
        """The id of a request's agent, in the same way."""
        return None if request.user is None else self.data.users.get(request.user, _NOWHERE)

    def in_queue(self, request: Request) -> str | None:
        """The id of the queue in which the contact must wait."""
        return None if request.in_queue is None else self.data.queues[request.in_queue]


def _instant(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(BEGINS + seconds, UTC).isoformat()


#: What a request says in each field; None leaves it out. The fields of the table that are not here are drawn by themselves.
WRITTEN: Mapping[str, Callable[[Request, Ids], Any]] = {
    "instanceId": lambda _request, _ids: None,
    "contactId": lambda request, ids: ids.contact(request),
    "contactFlowId": lambda request, ids: ids.flow(request),
    "queueId": lambda request, ids: ids.queue(request),
    "userId": lambda request, ids: ids.user(request),
    "requestId": lambda request, _ids: request.request_id,
    "expiresAt": lambda request, _ids: _instant(request.expires_in),
    "notBefore": lambda request, _ids: _instant(request.not_before),
    "route": lambda request, _ids: request.route,
    "priority": lambda request, _ids: request.priority,
    "follow": lambda request, _ids: request.follow or None,
    "onlyIfWaiting": lambda request, _ids: request.waiting or None,
    "onlyIfInQueueId": lambda request, ids: ids.in_queue(request),
}
#: The word before an id in an ARN.
_KINDS = {
    "contactId": "contact",
    "contactFlowId": "contact-flow",
    "queueId": "queue",
    "userId": "agent",
    "onlyIfInQueueId": "queue",
}


def fields(request: Request, ids: Ids, form: str = "bare") -> dict[str, Any]:
    """What a request, or a cancellation, says. ``form``: of its ids, ``arn`` or ``capitals``; as they are in any other."""
    if request.cancels is not None:
        return dict([request.cancels])
    said = {name: value for name, write in WRITTEN.items() if (value := write(request, ids)) is not None}
    return _spelled(said, form) | dict(request.extra)


def of_route(request: Request) -> dict[str, Any]:
    """What the rule of a route that holds its requests writes beside one."""
    if request.after is None:
        return {}
    event, minutes = request.after
    return {"source": ROUTE_EVENTS, "time": _instant(float(event)), AFTER_MINUTES: minutes}


def _spelled(said: Mapping[str, Any], form: str) -> dict[str, Any]:
    spell: dict[str, Callable[[str, str], str]] = {
        "arn": lambda name, value: f"{INSTANCE_ARN}/{_KINDS[name]}/{value}",
        "capitals": lambda name, value: value if name == "userId" else value.upper(),
    }
    change = spell.get(form)
    if change is None:
        return dict(said)
    return {name: change(name, value) if name in _KINDS else value for name, value in said.items()}


def announced_fields(request: Request, ids: Ids) -> dict[str, Any]:
    """What events say of a request, by the names of the table's fields."""
    return {**fields(request, ids), "instanceId": INSTANCE}
