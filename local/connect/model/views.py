"""What callers are shown of contacts and resources: the answers' shapes of the service model, as they look at a given time."""

from __future__ import annotations

from typing import Any

from local.connect.model.records import Contact, Flow, Instance, Queue, User
from local.connect.model.switches import Switches

View = dict[str, Any]


def contact(found: Contact, now: float, switches: Switches) -> View:
    """DescribeContact's ``Contact``: no state and no count of transfers; ``DisconnectTimestamp`` means ended."""
    view = _common(found, now, switches)
    view["Id"] = found.id
    view["Arn"] = found.arn
    view["ContactAssociationId"] = found.association_id
    view["LastUpdateTimestamp"] = found.updated
    if found.name is not None:
        view["Name"] = found.name
    if found.description is not None:
        view["Description"] = found.description
    if "DisconnectTimestamp" in view:
        view["DisconnectReason"] = found.disconnect_reason
    if found.paused is not None:
        view["LastPausedTimestamp"] = found.paused
    if found.resumed is not None:
        view["LastResumedTimestamp"] = found.resumed
    if found.pauses:
        view["TotalPauseCount"] = found.pauses
    if now >= found.destination_shown_from:
        view.update(_destination(found, switches))
    return {**view, **_resiliency(found)}


def by_its_clock(view: View, switches: Switches) -> View:
    """The view with its times as Connect's clock has them."""
    if not switches.clock_ahead:
        return view
    return {name: _ahead(name, value, switches) for name, value in view.items()}


def _ahead(name: str, value: Any, switches: Switches) -> Any:
    if isinstance(value, dict):
        return by_its_clock(value, switches)
    return value + switches.clock_ahead if name.endswith("Timestamp") else value


def summary(found: Contact, now: float, switches: Switches) -> View:
    """ListAssociatedContacts' entry."""
    return {**_common(found, now, switches), "ContactId": found.id, "ContactArn": found.arn}


def _common(found: Contact, now: float, switches: Switches) -> View:
    view: View = {
        "Channel": found.channel,
        "InitiationMethod": found.initiation_method,
        "InitiationTimestamp": found.started,
    }
    if found.initial_id != found.id or switches.initial_contact_names_itself:
        view["InitialContactId"] = found.initial_id
    if found.previous_id:
        view["PreviousContactId"] = found.previous_id
    if found.related_id:
        view["RelatedContactId"] = found.related_id
    if found.ended is not None and now >= found.end_shown_from:
        view["DisconnectTimestamp"] = found.ended
    return view


def search_summary(found: Contact, known_by: float) -> View:
    """SearchContacts' entry, as the search index knew the contact at ``known_by``."""
    view: View = {
        "Id": found.id,
        "Arn": found.arn,
        "Channel": found.channel,
        "InitiationMethod": found.initiation_method,
        "InitiationTimestamp": found.started,
    }
    if found.name is not None:
        view["Name"] = found.name
    if found.initial_id != found.id:
        view["InitialContactId"] = found.initial_id
    if found.previous_id:
        view["PreviousContactId"] = found.previous_id
    if found.queue_id and found.queued is not None:
        view["QueueInfo"] = {"Id": found.queue_id, "EnqueueTimestamp": found.queued}
    if found.agent_id and found.connected is not None and found.connected <= known_by:
        view["AgentInfo"] = {"Id": found.agent_id, "ConnectedToAgentTimestamp": found.connected}
    if found.ended is not None and found.ended <= known_by:
        view["DisconnectTimestamp"] = found.ended
    return {**view, **_resiliency(found)}


def _resiliency(found: Contact) -> View:
    """``GlobalResiliencyMetadata``, which only contacts of replicated instances have."""
    if found.origin_region is None:
        return {}
    metadata = {"ActiveRegion": found.active_region, "OriginRegion": found.origin_region}
    return {"GlobalResiliencyMetadata": metadata}


def _destination(found: Contact, switches: Switches) -> View:
    """Queue and agent are shown as soon as the transfer set them, also before the flow has run (assumed)."""
    view: View = {}
    waits_for_agent = found.agent_id is not None and found.connected is None and switches.agent_has_queue
    queue_id = f"agent/{found.agent_id}" if waits_for_agent else found.queue_id
    if queue_id:
        view["QueueInfo"] = {"Id": queue_id}
        if found.queued is not None:
            view["QueueInfo"]["EnqueueTimestamp"] = found.queued
    if found.agent_id and not waits_for_agent:
        view["AgentInfo"] = {"Id": found.agent_id}
        if found.connected is not None:
            view["AgentInfo"]["ConnectedToAgentTimestamp"] = found.connected
    return view


def flow(found: Flow) -> View:
    """DescribeContactFlow's ``ContactFlow``."""
    view = {
        "Id": found.id,
        "Arn": found.arn,
        "Name": found.name,
        "Type": found.type,
        "State": _state(found),
        "Status": _status(found),
        "Content": found.content,
        "LastModifiedTime": found.modified,
    }
    if found.description is not None:
        view["Description"] = found.description
    return view


def flow_summary(found: Flow) -> View:
    """ListContactFlows' entry."""
    return {
        "Id": found.id,
        "Arn": found.arn,
        "Name": found.name,
        "ContactFlowType": found.type,
        "ContactFlowState": _state(found),
        "ContactFlowStatus": _status(found),
    }


def _state(found: Flow) -> str:
    return "ARCHIVED" if found.archived else "ACTIVE"


def _status(found: Flow) -> str:
    return "PUBLISHED" if found.published else "SAVED"


def queue(found: Queue) -> View:
    """DescribeQueue's ``Queue``."""
    view = {
        "QueueId": found.id,
        "QueueArn": found.arn,
        "Name": found.name,
        "HoursOfOperationId": found.hours_of_operation_id,
        "Status": "ENABLED",
        "LastModifiedTime": found.modified,
    }
    if found.description is not None:
        view["Description"] = found.description
    return view


def queue_summary(found: Queue) -> View:
    """ListQueues' entry."""
    return {
        "Id": found.id,
        "Arn": found.arn,
        "Name": found.name,
        "QueueType": "STANDARD",
        "LastModifiedTime": found.modified,
    }


def user(found: User) -> View:
    """DescribeUser's ``User``."""
    names = {"FirstName": found.first_name, "LastName": found.last_name}
    return {
        "Id": found.id,
        "Arn": found.arn,
        "Username": found.name,
        "IdentityInfo": {key: value for key, value in names.items() if value is not None},
        "SecurityProfileIds": list(found.security_profile_ids),
        "RoutingProfileId": found.routing_profile_id,
        "LastModifiedTime": found.modified,
    }


def user_summary(found: User) -> View:
    """ListUsers' entry."""
    return {"Id": found.id, "Arn": found.arn, "Username": found.name, "LastModifiedTime": found.modified}


def instance(found: Instance) -> View:
    """DescribeInstance's ``Instance``."""
    return {
        "Id": found.id,
        "Arn": found.arn,
        "IdentityManagementType": "CONNECT_MANAGED",
        "InstanceAlias": found.alias,
        "CreatedTime": found.created,
        "InstanceStatus": "ACTIVE",
        "InboundCallsEnabled": True,
        "OutboundCallsEnabled": True,
    }
