"""What can become of a request: Transferred, Failed or Deferred, and nothing else.

Transferred   Connect moved the contact; the ledger knows, an event goes out, the message is done
Failed        it never will be moved as asked; event, dead-letter queue, the message is done
Deferred      not now; the message stays in the transfer queue and comes back after ``delay`` seconds
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contact_transfer.transfer.failure_codes import FailureCode

__all__ = ["Cause", "Deferred", "Failed", "FailureCode", "Outcome", "Transferred"]


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
    """Connect moved the contact. ``inferred``: seen in Connect after a lost answer, not told by an answer.

    ``transferred_at``: epoch seconds. ``initial_contact_id``: the first contact of the chain, where it is known.
    """

    new_contact_id: str | None
    new_contact_arn: str | None
    attempts: int
    inferred: bool = False
    repeated: bool = False  # an earlier message already had this outcome; the answer is that one's
    transferred_at: float | None = None
    initial_contact_id: str | None = None


@dataclass(frozen=True)
class Failed:
    """The request ends here. ``message`` names fields and ids, never other contents.

    ``in_doubt``: whether Connect transferred the contact all the same could not be found out. ``successor_contact_id``: the contact
    that follows the one named, where that is known.
    """

    code: FailureCode
    message: str
    attempts: int | None = None
    in_doubt: bool = False
    successor_contact_id: str | None = None


@dataclass(frozen=True)
class Deferred:
    """Not now. ``delay`` in seconds; the message comes back after it."""

    cause: Cause
    delay: float
    detail: str = ""  # error code and HTTP status, for the log line
    attempts: int | None = None


Outcome = Transferred | Failed | Deferred
