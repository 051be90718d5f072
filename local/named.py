"""What a deployment's settings name in Amazon Connect, so that the simulated Connect has it, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

#: Key of the settings, the kind of resource in its ARN.
_LISTS = (("allowedContactFlowIds", "contact-flow"), ("allowedQueueIds", "queue"), ("allowedUserIds", "agent"))
_TRANSFER = (("queueId", "queue", "QUEUE_TRANSFER"), ("userId", "agent", "AGENT_TRANSFER"))


def resources(settings: Mapping[str, Any], instance_arns: Sequence[str]) -> list[str]:
    """Return the ARNs of the flows, queues and agents in the lists and routes of a settings file; of a flow as ``ARN=TYPE``.

    An id does not say of which instance it is. Within a route it is the one that the route's ``instanceArn`` names, elsewhere the first.
    """
    found: dict[str, str] = {}
    for route in settings.get("routes", []):
        home = (route["when"].get("detail", {}).get("instanceArn") or instance_arns)[0]
        for id_, text in _of_route(route["transfer"], home):
            found.setdefault(id_, text)
    for key, kind in _LISTS:
        for given in settings.get(key, []):
            found.setdefault(_id(given), _arn(given, instance_arns[0], kind))
    return list(found.values())


def _of_route(transfer: Mapping[str, str], home: str) -> Iterator[tuple[str, str]]:
    flow, kind_of_flow = transfer["contactFlowId"], "CONTACT_FLOW"
    for key, kind, type_ in _TRANSFER:
        if key in transfer:
            kind_of_flow = type_
            yield _id(transfer[key]), _arn(transfer[key], home, kind)
    yield _id(flow), f"{_arn(flow, home, 'contact-flow')}={kind_of_flow}"


def _id(given: str) -> str:
    return given.rsplit("/", 1)[-1]


def _arn(given: str, instance_arn: str, kind: str) -> str:
    """The ARN of a resource given by id or ARN; of an agent in the one spelling that the simulator uses."""
    home = given.rsplit("/", 2)[0] if given.startswith("arn:") else instance_arn
    return f"{home}/{kind}/{_id(given)}"
