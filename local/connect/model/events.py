"""Contact events as Amazon Connect publishes them to EventBridge.

Source ``aws.connect``, detail-type ``Amazon Connect Contact Event``, camelCase keys (contact events data model). Which keys a given
event carries beyond the documented samples is assumed. The listener decides which events are lost, repeated or reordered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.connect.model.records import Contact

SOURCE = "aws.connect"
DETAIL_TYPE = "Amazon Connect Contact Event"


@dataclass(frozen=True)
class ContactEvent:
    """One event: ``time`` in epoch seconds, ``detail`` as EventBridge carries it."""

    time: float
    instance_arn: str
    contact_arn: str
    detail: dict[str, Any]

    @property
    def type(self) -> str:
        """The event's ``eventType``, for example ``QUEUED``."""
        return str(self.detail["eventType"])

    def entry(self, bus: str = "default") -> dict[str, Any]:
        """Return the event as an entry of PutEvents, except for ``Detail``, which stays a dict. ``bus``: its name."""
        return {
            "Time": self.time,
            "Source": SOURCE,
            "DetailType": DETAIL_TYPE,
            "Resources": [self.instance_arn, self.contact_arn],
            "Detail": self.detail,
            "EventBusName": bus,
        }

    def envelope(self, event_id: str) -> dict[str, Any]:
        """Return the whole event as a rule's target receives it."""
        _, _, _, region, account, _ = self.instance_arn.split(":", 5)
        return {
            "version": "0",
            "id": event_id,
            "detail-type": DETAIL_TYPE,
            "source": SOURCE,
            "account": account,
            "time": timestamp(self.time)[:19] + "Z",
            "region": region,
            "resources": [self.instance_arn, self.contact_arn],
            "detail": self.detail,
        }


def timestamp(epoch: float) -> str:
    """Return epoch seconds in the format of contact events, e.g. ``2023-11-01T18:33:03.062Z``."""
    moment = datetime.fromtimestamp(epoch, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def contact_event(contact: Contact, event_type: str, now: float, extra: dict[str, Any] | None = None) -> ContactEvent:
    """Describe a contact as an event of the given type. ``extra`` joins the detail and wins."""
    detail: dict[str, Any] = {
        "eventType": event_type,
        "contactId": contact.id,
        "channel": contact.channel,
        "instanceArn": contact.instance.arn,
        "initiationMethod": contact.initiation_method,
        "initiationTimestamp": timestamp(contact.started),
        "connectedToSystemTimestamp": timestamp(contact.started),
        "tags": {"aws:connect:instanceId": contact.instance.id},
    }
    if contact.initial_id != contact.id:
        detail["initialContactId"] = contact.initial_id
    if contact.previous_id:
        detail["previousContactId"] = contact.previous_id
    if contact.related_id:
        detail["relatedContactId"] = contact.related_id
    if contact.origin_region is not None:
        regions = {"activeRegion": contact.active_region, "originRegion": contact.origin_region}
        detail["globalResiliencyMetadata"] = regions
    detail.update(_destination(contact))
    if contact.ended is not None:
        detail["disconnectTimestamp"] = timestamp(contact.ended)
        detail["disconnectReason"] = contact.disconnect_reason
    return ContactEvent(now, contact.instance.arn, contact.arn, {**detail, **(extra or {})})


def _destination(contact: Contact) -> dict[str, Any]:
    """Queue and agent appear from the moment the contact is queued or connected."""
    found: dict[str, Any] = {}
    if contact.queue_id and contact.queued is not None:
        found["queueInfo"] = {
            "queueArn": f"{contact.instance.arn}/queue/{contact.queue_id}",
            "queueType": "STANDARD",
            "enqueueTimestamp": timestamp(contact.queued),
        }
    elif contact.agent_id and contact.queued is not None:  # it waits in the agent's own queue
        found["queueInfo"] = {
            "queueArn": f"{contact.instance.arn}/queue/agent/{contact.agent_id}",
            "queueType": "AGENT",
            "enqueueTimestamp": timestamp(contact.queued),
        }
    if contact.agent_id and contact.connected is not None:
        found["agentInfo"] = {
            "agentArn": f"{contact.instance.arn}/agent/{contact.agent_id}",
            "connectedToAgentTimestamp": timestamp(contact.connected),
        }
    return found
