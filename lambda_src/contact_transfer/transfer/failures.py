"""Every failure code, in one table: when it is given, whose it is to fix, and whether sending the request again can help.

The contract, the runbook, the published schema, the alarms, the redrive and the simulation read this table. To add a code,
add a member to ``FailureCode`` and its entry here; the tests name whatever else needs to know it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from contact_transfer.transfer.failure_codes import FailureClass, FailureCode


class Redrive(StrEnum):
    """What sending a failed request again can bring, as far as its code tells."""

    READY = "ready"  # nothing speaks against it
    RECHECK = "recheck"  # the worker's own check, made again, tells; ``redrive_note`` holds when it passes
    IF_FIXED = "if-fixed"  # it fails again unless the cause has been fixed
    LOOK_FIRST = "look-first"  # it may have been transferred: a person looks at the contact first
    HOPELESS = "hopeless"  # it cannot succeed


@dataclass(frozen=True, eq=False, repr=False)
class Failure:
    """What is known of a failure code. All texts are plain sentences or clauses in Markdown.

    ``when``: the condition, for the contract. ``happened`` and ``remedy``: for the operator's runbook. ``redrive`` with
    ``redrive_note``: what sending the same request again would bring, and why.
    """

    when: str
    failure_class: FailureClass
    happened: str
    remedy: str
    redrive: Redrive
    redrive_note: str


_DROP = "inform the producer; `failed show` has the body; then drop"
_ACCEPTED_NOW = "The deployment accepts it now."
_CONFIGURATION, _PRODUCER, _RACE, _UNKNOWN = FailureClass

FAILURES: Mapping[FailureCode, Failure] = MappingProxyType(
    {
        FailureCode.MALFORMED_MESSAGE: Failure(
            "the body is not JSON, not an object, or holds no transfer request; the message says what it is",
            _PRODUCER,
            "a producer sends something that is not a request",
            _DROP,
            Redrive.RECHECK,
            _ACCEPTED_NOW,
        ),
        FailureCode.INVALID_FIELD: Failure(
            "a field is missing, unknown, of the wrong type or too long; the message names each",
            _PRODUCER,
            "a field of the request is wrong; the message names it",
            _DROP,
            Redrive.RECHECK,
            _ACCEPTED_NOW,
        ),
        FailureCode.BOTH_DESTINATIONS: Failure(
            "`queueId` and `userId` are both given",
            _PRODUCER,
            "a request names a queue and an agent",
            _DROP,
            Redrive.RECHECK,
            _ACCEPTED_NOW,
        ),
        FailureCode.INSTANCE_NOT_ALLOWED: Failure(
            "the instance is not one that the deployment serves",
            _CONFIGURATION,
            "the request names an instance that is not among `instanceArns`",
            "if the deployment should serve it, add it, deploy and redrive; otherwise drop",
            Redrive.RECHECK,
            _ACCEPTED_NOW,
        ),
        FailureCode.FLOW_NOT_ALLOWED: Failure(
            "the flow is not on the deployment's list",
            _CONFIGURATION,
            "the flow is not among `allowedContactFlowIds`",
            "if it should be allowed, add it, deploy and redrive; otherwise drop",
            Redrive.RECHECK,
            _ACCEPTED_NOW,
        ),
        FailureCode.DESTINATION_NOT_ALLOWED: Failure(
            "the queue or the agent is not on the deployment's list",
            _CONFIGURATION,
            "the destination is not among `allowedQueueIds` or `allowedUserIds`",
            "if it should be allowed, add it, deploy and redrive; otherwise drop",
            Redrive.RECHECK,
            _ACCEPTED_NOW,
        ),
        FailureCode.UNSUPPORTED_CHANNEL: Failure(
            "the contact is not TASK or EMAIL",
            _PRODUCER,
            "the contact is a call or a chat, which Connect cannot transfer by API",
            "correct the producer; drop",
            Redrive.HOPELESS,
            "The contact's channel does not change.",
        ),
        FailureCode.UNSUPPORTED_FLOW_TYPE: Failure(
            "the flow is not an inbound, transfer to agent or transfer to queue flow",
            _CONFIGURATION,
            "the request names a flow of a type that cannot start a transfer",
            "have the producer name another flow; drop",
            Redrive.HOPELESS,
            "A flow's type does not change; send a new request.",
        ),
        FailureCode.FLOW_NOT_USABLE: Failure(
            "the flow is archived, or was never published",
            _CONFIGURATION,
            "the flow is archived, or was never published",
            "publish or restore the flow in Connect; redrive",
            Redrive.IF_FIXED,
            "Once the flow is published and not archived.",
        ),
        FailureCode.CONTACT_NOT_FOUND: Failure(
            "more than 60 seconds after the message was sent, both DescribeContact and TransferContact do not know the contact",
            _RACE,
            "Connect does not know the contact",
            "nothing to fix unless a producer sends wrong ids; drop",
            Redrive.HOPELESS,
            "Connect does not know the contact.",
        ),
        FailureCode.FLOW_NOT_FOUND: Failure(
            "Connect does not know the flow",
            _CONFIGURATION,
            "the flow was deleted, or its id is wrong",
            "restore the flow in Connect and redrive, or correct the producer and drop",
            Redrive.IF_FIXED,
            "Once Connect knows the flow.",
        ),
        FailureCode.DESTINATION_NOT_FOUND: Failure(
            "Connect does not know the queue or the agent",
            _CONFIGURATION,
            "the queue or agent was deleted, or its id is wrong",
            "restore it in Connect and redrive, or correct the producer and drop",
            Redrive.IF_FIXED,
            "Once Connect knows the queue or agent.",
        ),
        FailureCode.CONTACT_NOT_ACTIVE: Failure(
            "the contact has ended, and not by this request (says by which, when the ledger knows)",
            _RACE,
            "the contact ended, or was transferred by someone else, before the request was carried out",
            "nothing to fix; drop",
            Redrive.HOPELESS,
            "A contact that has ended stays ended.",
        ),
        FailureCode.SEVERAL_ACTIVE_CONTACTS: Failure(
            "with `follow`: the contact has ended and more than one contact that follows it is active; the message names them",
            _RACE,
            "the contact was transferred more than once, and `follow` does not say which of the active contacts is meant",
            "look at the contacts that the message names; send a request for the one that is meant; drop",
            Redrive.IF_FIXED,
            "Once only one of the contacts is active.",
        ),
        FailureCode.CONTACT_IN_ANOTHER_REGION: Failure(
            "the contact began in another Region (Global Resiliency), the only one where it can be transferred",
            _PRODUCER,
            "the request was sent to the deployment of one Region, and its contact began in another one; the message names it",
            "send the request to the deployment in that Region, see [Two Regions](regions.md); drop it here",
            Redrive.HOPELESS,
            "A contact's origin Region does not change; send the request to the deployment there.",
        ),
        FailureCode.TRANSFER_LIMIT_REACHED: Failure(
            "eleven transfers precede it",
            _RACE,
            "the contact has been transferred eleven times, which is Connect's limit",
            "if a loop of flows or routes did it, correct that; drop",
            Redrive.HOPELESS,
            "The contact's eleven transfers are used up.",
        ),
        FailureCode.REQUEST_EXPIRED: Failure(
            "`expiresAt` has passed, also while it was being retried; in doubt it ends nothing",
            _RACE,
            "its `expiresAt` passed before it could be transferred",
            "see [Requests wait too long](#requests-wait-too-long); drop",
            Redrive.RECHECK,
            "Its expiresAt has not passed.",
        ),
        FailureCode.IDEMPOTENCY_MISMATCH: Failure(
            "the same `requestId` with other parameters",
            _PRODUCER,
            "a producer used one `requestId` for two different requests",
            "the producer needs a new `requestId`; drop, unless the first request has failed since",
            Redrive.RECHECK,
            "The first request of that requestId has failed since.",
        ),
        FailureCode.ROUTE_LIMIT_REACHED: Failure(
            "this route has moved this contact's tree before",
            _RACE,
            "a route's limit stopped a further transfer of the same contact",
            "usually a loop that was stopped: check the route's pattern; drop",
            Redrive.HOPELESS,
            "The route has moved this contact's tree already.",
        ),
        FailureCode.REJECTED_BY_CONNECT: Failure(
            "Connect refused it and none of the above explains why",
            _UNKNOWN,
            "Connect refused the transfer and no documented rule explains why",
            "look at the contact and the flow in Connect; redrive once",
            Redrive.IF_FIXED,
            "Once Connect's reason, whichever it was, is gone.",
        ),
        FailureCode.OUTCOME_UNKNOWN: Failure(
            "a lost answer that could not be settled; the message says what to look at",
            _UNKNOWN,
            "an answer of Connect was lost, and what happened could not be found out",
            "see [It is not known whether a contact was transferred](#it-is-not-known-whether-a-contact-was-transferred)",
            Redrive.LOOK_FIRST,
            "It may have been transferred: look at the contact.",
        ),
        FailureCode.RETRIES_EXHAUSTED: Failure(
            "transient until the deadline, or begun twenty times without any end (it kills the worker); says which",
            _UNKNOWN,
            "a transient error lasted for `retryForHours`, or the request stops the worker each time",
            "see [Retries are exhausted](#retries-are-exhausted)",
            Redrive.READY,
            "It gets its full retry time again.",
        ),
    }
)


def failure(code: str) -> Failure | None:
    """The entry of a code as it stands in a message or event; None for one that only a newer version knows."""
    return next((entry for known, entry in FAILURES.items() if known == code), None)
