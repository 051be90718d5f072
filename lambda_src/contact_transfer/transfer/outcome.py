"""What can become of a request, and nothing else.

Transferred   Connect moved the contact; the ledger knows, an event goes out, the message is done
Failed        it never will be moved as asked; event, dead-letter queue, the message is done
Skipped       a condition of the request does not hold; the ledger knows, an event goes out, the message is done
Cancelled     its producer or an operator has called it off; as Skipped
Deferred      not now; the message stays in its queue and comes back after ``delay`` seconds
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contact_transfer.request.lanes import Lane
from contact_transfer.transfer.failure_codes import FailureCode

__all__ = [
    "CancellationRecorded",
    "Cancelled",
    "Cause",
    "Deferred",
    "Ended",
    "Failed",
    "FailureCode",
    "Held",
    "MessageOutcome",
    "Moved",
    "Outcome",
    "SkipReason",
    "Skipped",
    "Transferred",
]


class Cause(StrEnum):
    """Why a request is deferred. The words are values of a metric dimension, so there are few of them."""

    PACED = "Paced"  # no token in the time left; not a failure
    UNDER_WAY = "UnderWay"  # another worker, or another request, has the contact in hand; not a failure
    IN_DOUBT = "InDoubt"  # a lost answer waits to be settled
    THROTTLED = "Throttled"
    SERVER_ERROR = "ServerError"
    UNREACHABLE = "Unreachable"  # network error or time-out
    ACCESS_DENIED = "AccessDenied"
    NOT_SHOWN = "NotShown"  # Connect does not show yet which tree the contact of a route belongs to, or which contact follows it
    ACTIVE_TASK_QUOTA = "ActiveTaskQuota"
    BRAKED = "Braked"  # ten others in a row failed because of its flow or destination: it waits until that is put right
    LEDGER = "Ledger"
    EVENT_BUS = "EventBus"
    DEAD_LETTER_QUEUE = "DeadLetterQueue"
    LANE_QUEUE = "LaneQueue"  # the queue of the lane that the request names does not take its message
    NOT_BEFORE = "NotBefore"  # the last minute before the time at which it is due; not a failure
    SCHEDULER = "Scheduler"  # EventBridge Scheduler does not take a request that must be held
    UNEXPECTED = "Unexpected"  # a defect of ours: kept in the queue, logged with its trace, alarmed


class SkipReason(StrEnum):
    """Which condition did not hold. The words are part of the public contract."""

    CONTACT_ENDED = "ContactEnded"
    CONNECTED_TO_AGENT = "ConnectedToAgent"
    NOT_IN_QUEUE = "NotInQueue"


@dataclass(frozen=True)
class Transferred:
    """Connect moved the contact. ``inferred``: seen in Connect after a lost answer, not told by an answer.

    ``transferred_at``: epoch seconds. ``initial_contact_id``: the first contact of the chain, where it is known. ``moved_contact_id``: the
    contact that was moved in the place of the one named.
    """

    new_contact_id: str | None
    new_contact_arn: str | None
    attempts: int
    inferred: bool = False
    repeated: bool = False  # an earlier message already had this outcome; the answer is that one's
    transferred_at: float | None = None
    initial_contact_id: str | None = None
    moved_contact_id: str | None = None


@dataclass(frozen=True)
class Failed:
    """The request ends here. ``message`` names fields and ids, never other contents.

    ``in_doubt``: whether Connect transferred the contact all the same could not be found out. ``successor_contact_id``: the contact
    that follows the one named, where that is known. ``moved_contact_id``: the contact that was to be moved in the named one's place.
    """

    code: FailureCode
    message: str
    attempts: int | None = None
    in_doubt: bool = False
    successor_contact_id: str | None = None
    moved_contact_id: str | None = None


@dataclass(frozen=True)
class Skipped:
    """A condition of the request does not hold, so the contact stays where it is. ``message``: the same for people, with ids only.

    ``moved_contact_id``: as in ``Failed``.
    """

    reason: SkipReason
    message: str
    attempts: int | None = None
    moved_contact_id: str | None = None


@dataclass(frozen=True)
class Cancelled:
    """The request was cancelled before it was carried out.

    ``message``: the same for people. ``until``: until when it is not carried out under its name, in epoch seconds.
    """

    message: str
    until: float = 0.0
    attempts: int | None = None


@dataclass(frozen=True)
class CancellationRecorded:
    """Not a request: a message that cancels one, or a batch, and that has been written down."""

    attempts: None = None


@dataclass(frozen=True)
class Deferred:
    """Not now. ``delay`` in seconds; the message comes back after it. ``moved_contact_id``: as in ``Failed``, for the log line."""

    cause: Cause
    delay: float
    detail: str = ""  # error code and HTTP status, for the log line
    attempts: int | None = None
    moved_contact_id: str | None = None


#: An end without a transfer: it is in the ledger before it is reported, and its message gets it again.
Ended = Failed | Skipped | Cancelled
Outcome = Transferred | Ended | Deferred


@dataclass(frozen=True)
class Moved:
    """The message is in the queue of the lane that its request names. The request has no outcome yet."""

    lane: Lane
    attempts: int | None = None


@dataclass(frozen=True)
class Held:
    """EventBridge Scheduler sends the message again at ``until``, epoch seconds. The request has no outcome yet."""

    until: float
    attempts: int | None = None


#: What becomes of a message: of the request that it carries, of its lane or schedule, or of the cancellation.
MessageOutcome = Outcome | Moved | Held | CancellationRecorded
