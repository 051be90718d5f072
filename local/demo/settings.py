"""The settings of the demonstration: the deployment's own, and beside them what the story needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

#: Ids that the deployment allows and Connect does not know.
UNKNOWN_FLOW = "00000000-0000-4000-8000-00000000f10f"
UNKNOWN_QUEUE = "00000000-0000-4000-8000-00000000c0de"
_FLOWS = ("Inbound", "Move to queue", "Move to agent", "Draft", "Retired", "Queue music")
_QUEUES = ("Support", "Billing", "Overflow")
Settings = dict[str, Any]


def for_story(own: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Settings]:
    """Return what replaces keys of a settings file, once it is known which ids the simulated Connect gave its seed data.

    Lists and routes of the deployment's own stay. The lists always end somewhere, so that their refusals can be shown.
    """

    def overrides(seed: Mapping[str, Any]) -> Settings:
        held = seed["instances"].values()
        flows = [one["flows"][name] for one in held for name in _FLOWS]
        queues = [one["queues"][name] for one in held for name in _QUEUES]
        settings = {
            "settleMinutes": 0.2,
            "confirmWithinMinutes": 0.1,
            "routes": [*own.get("routes", []), *_routes(seed)],
            "allowedContactFlowIds": [*own.get("allowedContactFlowIds", []), *flows, UNKNOWN_FLOW],
            "allowedQueueIds": [*own.get("allowedQueueIds", []), *queues, UNKNOWN_QUEUE],
        }
        if own.get("allowedUserIds"):
            users = [id_ for one in held for id_ in one["users"].values()]
            settings["allowedUserIds"] = [*own["allowedUserIds"], *users]
        if "allowedChannels" in own:
            settings["allowedChannels"] = sorted({*own["allowedChannels"], "TASK", "EMAIL"})
        return settings

    return overrides


def _routes(seed: Mapping[str, Any]) -> list[Settings]:
    contact_events = {"detail-type": ["Amazon Connect Contact Event"]}
    overflow = {"queueArn": [{"suffix": f"/{seed['queues']['Overflow']}"}]}
    expired = {
        "updatedProperties": ["RoutingCriteria.Step.Status"],
        "routingCriteria": {"steps": {"status": ["EXPIRED"]}},
    }
    routes = {
        "demo-step-expired": ({**contact_events, "detail": expired}, "Support"),
        "demo-overflow": ({**contact_events, "detail": {"eventType": ["QUEUED"], "queueInfo": overflow}}, "Overflow"),
    }
    to_queue = seed["flows"]["Move to queue"]
    return [
        {"name": name, "when": when, "transfer": {"contactFlowId": to_queue, "queueId": seed["queues"][queue]}}
        for name, (when, queue) in routes.items()
    ]
