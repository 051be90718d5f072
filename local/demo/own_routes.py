"""The deployment's own routes: kept still during the story, then each set off by an event made from its pattern."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contact_transfer_cdk.settings.route_checks import route_rule_name
from contact_transfer_cdk.settings.route_settings import Route
from local.cloud import LocalCloud
from local.demo.contacts import Contacts
from local.demo.sample import matching

#: Fields of a contact event that follow from the contact itself.
_OF_THE_CONTACT = ("eventType", "contactId", "instanceArn", "channel")


@dataclass(frozen=True)
class Played:
    """What came of a route's event. ``complaint``: nothing came of it, although it must."""

    route: str
    became: str
    complaint: str = ""


class OwnRoutes:
    """Holds the rules of the deployment's own routes still until ``play``: a wide one would move the contacts of the story."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._events = cloud.client("events")
        self.routes: Sequence[Route] = cloud.settings.contact_routes
        for route in self.routes:
            self._events.disable_rule(Name=route_rule_name(cloud.settings, route))

    def play(self, patience: float) -> list[Played]:
        """Let each route take an event; return what came of it. Raise ``TimeoutError`` for one that is never noticed."""
        contacts = Contacts(self._cloud)
        played = []
        for route in self.routes:
            self._events.enable_rule(Name=route_rule_name(self._cloud.settings, route))
            played.append(self._play(route, contacts, patience))
            self._events.disable_rule(Name=route_rule_name(self._cloud.settings, route))
        return played

    def _play(self, route: Route, contacts: Contacts, patience: float) -> Played:
        pattern = route.pattern(self._cloud.settings.instances)
        detail = matching(pattern["detail"])
        arn = detail["instanceArn"]
        make = contacts.email if detail.get("channel") == "EMAIL" else contacts.task
        contact = make(arn)
        detail |= {"contactId": contact, "contactArn": f"{arn}/contact/{contact}"}
        if not self._matches(pattern, detail):
            return Played(route.name, "left out: no event could be made from its pattern")
        self._happen(route, contact, detail)
        try:
            return Played(
                route.name, self._cloud.wait_until(lambda: self._came_of(contact), route.name, timeout=patience)
            )
        except TimeoutError:
            return Played(
                route.name, "nothing", f"route {route.name}: nothing came of an event that its pattern matches"
            )

    def _matches(self, pattern: dict[str, Any], detail: dict[str, Any]) -> bool:
        envelope = {"id": "1", "account": "1", "source": "aws.connect", "time": "2026-01-01T00:00:00Z", "region": "r"}
        event = {**envelope, "resources": [], "detail-type": _detail_type(pattern), "detail": detail}
        answer = self._events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
        return bool(answer["Result"])

    def _happen(self, route: Route, contact: str, detail: dict[str, Any]) -> None:
        if route.of_rules:
            entry = {
                "Source": "aws.connect",
                "DetailType": _detail_type(route.pattern(())),
                "Detail": json.dumps(detail),
            }
            self._cloud.aws.put_service_events([entry])
            return
        extra = {key: value for key, value in detail.items() if key not in _OF_THE_CONTACT}
        kind = detail.get("eventType", "CONTACT_DATA_UPDATED")
        self._cloud.control.others("announce", contact_id=contact, event_type=kind, extra=extra)

    def _came_of(self, contact: str) -> str | None:
        for made in self._cloud.control.transfers():
            if made["old"] == contact:
                return f"transferred to {made['queue_id'] or made['user_id'] or made['flow_id']}"
        for message in self._cloud.dead_letters():
            attributes = message.get("MessageAttributes", {})
            if attributes.get("ContactId", {}).get("StringValue") == contact:
                return f"{attributes['FailureCode']['StringValue']}: {attributes['FailureMessage']['StringValue']}"
        return None


def _detail_type(pattern: dict[str, Any]) -> str:
    first = pattern["detail-type"][0]
    return str(first["equals-ignore-case"] if isinstance(first, dict) else first)
