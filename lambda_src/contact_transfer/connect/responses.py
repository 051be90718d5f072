"""What Connect answers and shows, in the words of this project, and the two ways in which it does neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from contact_transfer.transfer.outcome import Cause

#: Contacts that a transfer made; a task linked with StartTaskContact has the method API (both assumed). None: not shown.
TRANSFER_METHODS = frozenset({"TRANSFER", "QUEUE_TRANSFER", None})


class Unavailable(Exception):
    """Connect did not do it, for a reason that passes: nothing was transferred by this call."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause
        self.detail = detail


class AmbiguousOutcome(Exception):
    """The answer leaves it open whether Connect transferred the contact.

    ``is_conflict``: Connect knows the token already, so if this call was a repetition it did nothing of its own (assumed).
    """

    def __init__(self, detail: str, *, is_conflict: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.is_conflict = is_conflict


class Refusal(Enum):
    """What a definite refusal of TransferContact says."""

    INVALID = "invalid"
    NOT_FOUND = "not found"
    QUOTA = "quota"


@dataclass(frozen=True)
class Accepted:
    """HTTP 200. Both ids are optional in the service model."""

    contact_id: str | None
    contact_arn: str | None


@dataclass(frozen=True)
class Rejected:
    """Connect refused for certain. ``detail``: error code and HTTP status."""

    refusal: Refusal
    detail: str


@dataclass(frozen=True)
class ContactView:
    """A contact as Connect shows it, possibly stale. Times in epoch seconds; what Connect leaves out is None.

    ``origin_region``: where the contact began; only contacts of instances that are replicated to another Region have one.
    """

    contact_id: str
    arn: str | None = None
    channel: str | None = None
    initiation_method: str | None = None
    initiated_at: float | None = None
    ended_at: float | None = None
    previous_contact_id: str | None = None
    initial_contact_id: str | None = None
    queue_id: str | None = None
    user_id: str | None = None
    connected_at: float | None = None
    origin_region: str | None = None

    @property
    def ended(self) -> bool:
        """Whether Connect shows an end of the contact."""
        return self.ended_at is not None


@dataclass(frozen=True)
class Page:
    """A page of ListAssociatedContacts. ``token``: of the next one, None when there is none."""

    contacts: list[ContactView]
    token: str | None


@dataclass(frozen=True)
class FlowView:
    """A flow as Connect shows it. A flow that was never published has no type to show."""

    flow_type: str | None
    archived: bool
    published: bool


def contact_view(shown: dict[str, Any]) -> ContactView:
    """Read ``shown``, a ``Contact`` of DescribeContact or a ``ContactSummary`` of ListAssociatedContacts."""
    return ContactView(
        contact_id=shown.get("Id") or shown.get("ContactId") or "",
        arn=shown.get("Arn") or shown.get("ContactArn"),
        channel=shown.get("Channel"),
        initiation_method=shown.get("InitiationMethod"),
        initiated_at=_epoch(shown.get("InitiationTimestamp")),
        ended_at=_epoch(shown.get("DisconnectTimestamp")),
        previous_contact_id=shown.get("PreviousContactId"),
        initial_contact_id=shown.get("InitialContactId"),
        queue_id=(shown.get("QueueInfo") or {}).get("Id"),
        user_id=(shown.get("AgentInfo") or {}).get("Id"),
        connected_at=_epoch((shown.get("AgentInfo") or {}).get("ConnectedToAgentTimestamp")),
        origin_region=(shown.get("GlobalResiliencyMetadata") or {}).get("OriginRegion"),
    )


def _epoch(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
