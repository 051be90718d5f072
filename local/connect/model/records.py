"""What the simulated Amazon Connect holds: instances, flows, queues, users, contacts. Plain records, no behaviour.

Times are epoch seconds of the clock that the model was given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

#: Documented flow types that TransferContact accepts.
TRANSFERABLE_FLOW_TYPES = frozenset({"CONTACT_FLOW", "AGENT_TRANSFER", "QUEUE_TRANSFER"})
#: Documented channels that TransferContact accepts.
TRANSFERABLE_CHANNELS = frozenset({"TASK", "EMAIL"})
#: "A contact cannot be transferred more than 11 times" (API reference).
MAXIMUM_TRANSFERS = 11
#: Tasks linked by PreviousContactId: at most 12 in a chain (API reference of StartTaskContact).
MAXIMUM_LINKED_TASKS = 12
#: Concurrent active tasks of one instance (service quotas, adjustable).
DEFAULT_ACTIVE_TASKS = 2_500


class Course(StrEnum):
    """How a flow runs its course for a contact that was handed to it."""

    ARRIVES = "arrives"  # the contact is queued, or connected to the agent
    FAILS = "fails"  # the contact ends without ever having been queued or connected
    MOVES_ON = "moves-on"  # the flow puts the contact into the queue of its own, whatever was asked for
    STAYS = "stays"  # the contact stays in the flow, active, and never arrives


@dataclass
class Instance:
    """An Amazon Connect instance. ``active_tasks`` holds the ids of tasks that count towards ``active_task_quota``.

    ``origin_region``: where contacts that begin now have their origin, if the instance is replicated; None: it is not.
    Times in epoch seconds.
    """

    id: str
    arn: str
    alias: str
    created: float
    active_task_quota: int = DEFAULT_ACTIVE_TASKS
    active_tasks: set[str] = field(default_factory=set)
    origin_region: str | None = None


@dataclass
class Flow:
    """A flow. ``course`` and ``queue_id`` are ours to steer: where a flow-only transfer ends up, and one that moves on; None: nowhere.

    Times in epoch seconds.
    """

    id: str
    instance: Instance
    name: str
    type: str = "CONTACT_FLOW"
    published: bool = True
    archived: bool = False
    content: str = "{}"
    description: str | None = None
    modified: float = 0.0
    course: Course = Course.ARRIVES
    queue_id: str | None = None

    @property
    def arn(self) -> str:
        """ARN, as Connect writes it."""
        return f"{self.instance.arn}/contact-flow/{self.id}"


@dataclass
class Queue:
    """A standard queue. Times in epoch seconds."""

    id: str
    instance: Instance
    name: str
    description: str | None = None
    hours_of_operation_id: str = ""
    modified: float = 0.0
    course: Course = Course.ARRIVES

    @property
    def arn(self) -> str:
        """ARN, as Connect writes it."""
        return f"{self.instance.arn}/queue/{self.id}"


@dataclass
class User:
    """An agent. Times in epoch seconds."""

    id: str
    instance: Instance
    name: str
    first_name: str | None = None
    last_name: str | None = None
    routing_profile_id: str = ""
    security_profile_ids: tuple[str, ...] = ()
    modified: float = 0.0
    course: Course = Course.ARRIVES

    @property
    def arn(self) -> str:
        """ARN, as Connect writes it."""
        return f"{self.instance.arn}/agent/{self.id}"


@dataclass
class Contact:
    """A contact. ``ended`` is when it really ended; what callers are shown, and when, is decided by the fields ``*_from``.

    ``origin_region``: the Region where the contact began, where the instance is replicated to another (Global Resiliency); None: it is not.
    ``initial_id`` is the first contact along ``previous_id``; ``association_id`` the root of the tree that also holds
    contacts joined by ``related_id``. ``transfers`` counts the transfers that led to this contact.
    ``links``: tasks that are linked before it; ``pauses``: how often it was paused. Times in epoch seconds.
    """

    id: str
    instance: Instance
    channel: str
    initiation_method: str
    started: float
    initial_id: str
    association_id: str
    previous_id: str | None = None
    related_id: str | None = None
    flow_id: str | None = None
    name: str | None = None
    description: str | None = None
    transfers: int = 0
    links: int = 0
    ended: float | None = None
    disconnect_reason: str | None = None
    queue_id: str | None = None
    agent_id: str | None = None
    queued: float | None = None
    connected: float | None = None
    paused: float | None = None
    resumed: float | None = None
    pauses: int = 0
    updated: float = 0.0
    origin_region: str | None = None
    # what callers are shown, and from when on
    known_from: float = 0.0
    described_from: float = 0.0
    listed_from: float = 0.0
    destination_shown_from: float = 0.0
    end_shown_from: float = 0.0

    @property
    def arn(self) -> str:
        """ARN, as Connect writes it."""
        return f"{self.instance.arn}/contact/{self.id}"

    @property
    def active(self) -> bool:
        """Whether the contact has not ended."""
        return self.ended is None

    @property
    def active_region(self) -> str:
        """Region of the instance."""
        return self.instance.arn.split(":")[3]
