"""What can become of a request: Transferred, Failed or Deferred, and nothing else.

Transferred   Connect moved the contact; the ledger knows, an event goes out, the message is done
Failed        it never will be moved as asked; event, dead-letter queue, the message is done
Deferred      not now; the message stays in the transfer queue and comes back after ``delay`` seconds
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FailureCode(StrEnum):
    """Every permanent failure. The words are part of the public contract."""

    MALFORMED_MESSAGE = "MalformedMessage"
    INVALID_FIELD = "InvalidField"
    BOTH_DESTINATIONS = "BothDestinations"
    INSTANCE_NOT_ALLOWED = "InstanceNotAllowed"
    FLOW_NOT_ALLOWED = "FlowNotAllowed"
    DESTINATION_NOT_ALLOWED = "DestinationNotAllowed"
    UNSUPPORTED_CHANNEL = "UnsupportedChannel"
    UNSUPPORTED_FLOW_TYPE = "UnsupportedFlowType"
    FLOW_NOT_USABLE = "FlowNotUsable"
    CONTACT_NOT_FOUND = "ContactNotFound"
    FLOW_NOT_FOUND = "FlowNotFound"
    DESTINATION_NOT_FOUND = "DestinationNotFound"
    CONTACT_NOT_ACTIVE = "ContactNotActive"
    TRANSFER_LIMIT_REACHED = "TransferLimitReached"
    REQUEST_EXPIRED = "RequestExpired"
    IDEMPOTENCY_MISMATCH = "IdempotencyMismatch"
    ROUTE_LIMIT_REACHED = "RouteLimitReached"
    REJECTED_BY_CONNECT = "RejectedByConnect"
    OUTCOME_UNKNOWN = "OutcomeUnknown"
    RETRIES_EXHAUSTED = "RetriesExhausted"


class Cause(StrEnum):
    """Why a request is deferred. The words are values of a metric dimension, so there are few of them."""

    PACED = "Paced"  # no token in the time left; not a failure
    UNDER_WAY = "UnderWay"  # another worker, or another request, has the contact in hand; not a failure
    IN_DOUBT = "InDoubt"  # a lost answer waits to be settled
    THROTTLED = "Throttled"
    SERVER_ERROR = "ServerError"
    UNREACHABLE = "Unreachable"  # network error or time-out
    ACCESS_DENIED = "AccessDenied"
    NOT_SHOWN = "NotShown"  # Connect does not show yet which tree the contact of a route belongs to
    ACTIVE_TASK_QUOTA = "ActiveTaskQuota"
    LEDGER = "Ledger"
    EVENT_BUS = "EventBus"
    DEAD_LETTER_QUEUE = "DeadLetterQueue"
    UNEXPECTED = "Unexpected"  # a defect of ours: kept in the queue, logged with its trace, alarmed


@dataclass(frozen=True)
class Transferred:
    """Connect moved the contact. ``inferred``: seen in Connect after a lost answer, not told by an answer."""

    new_contact_id: str | None
    new_contact_arn: str | None
    attempts: int
    inferred: bool = False
    repeated: bool = False  # an earlier message already had this outcome; the answer is that one's


@dataclass(frozen=True)
class Failed:
    """The request ends here. ``message`` names fields and ids, never other contents.

    ``in_doubt``: whether Connect transferred the contact all the same could not be found out.
    """

    code: FailureCode
    message: str
    attempts: int | None = None
    in_doubt: bool = False


@dataclass(frozen=True)
class Deferred:
    """Not now. ``delay`` in seconds; the message comes back after it."""

    cause: Cause
    delay: float
    detail: str = ""  # error code and HTTP status, for the log line
    attempts: int | None = None


Outcome = Transferred | Failed | Deferred
