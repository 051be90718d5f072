"""Flows of every type, queues and agents with friendly names, so that a fresh instance is worth transferring in."""

from __future__ import annotations

from dataclasses import dataclass

from local.connect.model import Connect

#: name -> flow type; ``Draft`` is saved only and ``Retired`` is archived
FLOWS = {
    "Inbound": "CONTACT_FLOW",
    "Move to queue": "QUEUE_TRANSFER",
    "Move to agent": "AGENT_TRANSFER",
    "Draft": "QUEUE_TRANSFER",
    "Retired": "QUEUE_TRANSFER",
    "Queue music": "CUSTOMER_QUEUE",
    "Customer hold": "CUSTOMER_HOLD",
    "Customer whisper": "CUSTOMER_WHISPER",
    "Agent hold": "AGENT_HOLD",
    "Agent whisper": "AGENT_WHISPER",
    "Outbound whisper": "OUTBOUND_WHISPER",
    "Campaign": "CAMPAIGN",
}
QUEUES = ("Support", "Billing", "Overflow", "Supervisors")
USERS = {"ana": ("Ana", "Costa"), "ben": ("Ben", "Okafor")}


@dataclass(frozen=True)
class SeedData:
    """Ids by friendly name."""

    instance_id: str
    flows: dict[str, str]
    queues: dict[str, str]
    users: dict[str, str]


def seed(connect: Connect, instance_id: str) -> SeedData:
    """Create the seed data in an instance. Raise ``ConnectError`` (409) when it is there already."""
    return SeedData(
        instance_id,
        {name: _flow(connect, instance_id, name, kind) for name, kind in FLOWS.items()},
        {name: _queue(connect, instance_id, name) for name in QUEUES},
        {name: _user(connect, instance_id, name) for name in USERS},
    )


def _flow(connect: Connect, instance_id: str, name: str, kind: str) -> str:
    status = "SAVED" if name == "Draft" else "PUBLISHED"
    answer = connect.call(
        "CreateContactFlow", InstanceId=instance_id, Name=name, Type=kind, Content="{}", Status=status
    )
    flow_id = str(answer["ContactFlowId"])
    if name == "Retired":
        connect.others.archive_flow(flow_id)
    return flow_id


def _queue(connect: Connect, instance_id: str, name: str) -> str:
    hours = connect.store.new_id()
    answer = connect.call("CreateQueue", InstanceId=instance_id, Name=name, HoursOfOperationId=hours)
    return str(answer["QueueId"])


def _user(connect: Connect, instance_id: str, name: str) -> str:
    first, last = USERS[name]
    answer = connect.call(
        "CreateUser",
        InstanceId=instance_id,
        Username=name,
        IdentityInfo={"FirstName": first, "LastName": last},
        RoutingProfileId=connect.store.new_id(),
        SecurityProfileIds=[connect.store.new_id()],
    )
    return str(answer["UserId"])
