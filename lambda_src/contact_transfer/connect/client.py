"""Amazon Connect: the four calls the worker makes, each sent once, each answer classified.

    transfer            Accepted | Rejected        raises AmbiguousOutcome, Unavailable
    contact             ContactView | None          raises Unavailable
    flow                FlowView | None             raises Unavailable
    page                Page | None                 raises Unavailable

Errors are classified by modelled code, never by the words of a message: which message each rejection carries is not documented.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, NoCredentialsError

from contact_transfer.aws.answers import code_and_status, is_denial, is_throttle, unproven
from contact_transfer.connect.connect_clock import ConnectClock
from contact_transfer.connect.responses import (
    Accepted,
    AmbiguousOutcome,
    ContactView,
    FlowView,
    Page,
    Refusal,
    Rejected,
    Unavailable,
    contact_view,
)
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Clock
from contact_transfer.transfer.outcome import Cause

TRANSFER = "TransferContact"
_NOT_PUBLISHED = "ContactFlowNotPublishedException"
_UNKNOWN = frozenset({"ResourceNotFoundException", "InvalidRequestException", "InvalidParameterException"})
#: The modelled errors of TransferContact that say for certain that nothing was transferred, beside denials and throttling.
REFUSALS = {
    "InvalidRequestException": Refusal.INVALID,
    "InvalidParameterException": Refusal.INVALID,
    "ResourceNotFoundException": Refusal.NOT_FOUND,
    "ServiceQuotaExceededException": Refusal.QUOTA,
}


class SigningRefused(Exception):
    """The lease is nearly over, so the call was not signed: nothing was sent."""


class ConnectClient:
    """Amazon Connect through a botocore client whose own retries are off: each call here is one on the wire."""

    def __init__(self, client: Any, clock: Clock, connect_clock: ConnectClock) -> None:
        self._client = client
        self._clock = clock
        self._connect_clock = connect_clock
        self._sign_until = float("inf")
        client.meta.events.register("before-sign.connect.TransferContact", self._before_sign)

    def transfer(self, request: TransferRequest, sign_until: float) -> Accepted | Rejected:
        """Call TransferContact, unless it would be signed after ``sign_until`` (by this worker's wall clock).

        Raise ``AmbiguousOutcome`` for every answer that leaves it open whether the contact was transferred: only Connect's own
        rejection, or ``Unavailable`` (a connection that was never made), says that nothing happened.
        """
        self._sign_until = sign_until
        destination = {"QueueId": request.queue_id, "UserId": request.user_id}
        try:
            answer = self._client.transfer_contact(
                InstanceId=request.instance_id,
                ContactId=request.contact_id,
                ContactFlowId=request.contact_flow_id,
                ClientToken=request.client_token,
                **{name: value for name, value in destination.items() if value is not None},
            )
        except ClientError as error:
            return self._refused(error)
        except SigningRefused as error:
            raise Unavailable(Cause.UNDER_WAY, "the lease was nearly over") from error
        except NoCredentialsError as error:
            raise Unavailable(Cause.ACCESS_DENIED, type(error).__name__) from error
        except (EndpointConnectionError, ConnectTimeoutError) as error:
            raise Unavailable(Cause.UNREACHABLE, type(error).__name__) from error
        except Exception as error:  # a lost answer, or one that cannot be read (a body that is not JSON, say)
            raise AmbiguousOutcome(type(error).__name__) from error
        if problem := unproven(answer):
            raise AmbiguousOutcome(problem)
        self._measure(answer)
        return Accepted(answer.get("ContactId") or None, answer.get("ContactArn") or None)

    def _before_sign(self, **_: Any) -> None:
        if self._clock.now() > self._sign_until:
            raise SigningRefused

    def _refused(self, error: ClientError) -> Rejected:
        code, status = code_and_status(error)
        detail = f"{code} (HTTP {status})"
        self._raise_unavailable(TRANSFER, error)
        refusal = REFUSALS.get(code)
        if refusal is None or not 400 <= status < 500:
            raise AmbiguousOutcome(detail, is_conflict=code == "IdempotencyException") from error
        self._measure(error.response)
        return Rejected(refusal, detail)

    def contact(self, instance_id: str, contact_id: str) -> ContactView | None:
        """Describe a contact; None when Connect does not know it (which may be a lag of its own)."""

        def call() -> Any:
            return self._client.describe_contact(InstanceId=instance_id, ContactId=contact_id)

        answer = self._look("DescribeContact", call)
        return None if answer is None else contact_view(_shown(answer, "DescribeContact", "Contact"))

    def flow(self, instance_id: str, flow_id: str) -> FlowView | None:
        """Describe a flow; None when Connect does not know it."""

        def call() -> Any:
            return self._client.describe_contact_flow(InstanceId=instance_id, ContactFlowId=flow_id)

        try:
            answer = self._look("DescribeContactFlow", call)
        except _NotPublished:
            return FlowView(None, archived=False, published=False)
        if answer is None:
            return None
        flow = _shown(answer, "DescribeContactFlow", "ContactFlow")
        return FlowView(flow.get("Type"), flow.get("State") == "ARCHIVED", flow.get("Status") != "SAVED")

    def page(self, instance_id: str, contact_id: str, token: str | None) -> Page | None:
        """A page of the tree that the contact belongs to; None when Connect does not know the contact, or the token."""
        following = {} if token is None else {"NextToken": token}

        def call() -> Any:
            return self._client.list_associated_contacts(
                InstanceId=instance_id, ContactId=contact_id, MaxResults=100, **following
            )

        answer = self._look("ListAssociatedContacts", call)
        if answer is None:
            return None
        return Page([contact_view(one) for one in answer.get("ContactSummaryList", [])], answer.get("NextToken"))

    def _look(self, operation: str, call: Callable[[], Any]) -> Any:
        """Make a call that changes nothing. None: Connect does not know what is asked for, or not under such an id."""
        try:
            answer = call()
        except ClientError as error:
            self._raise_unavailable(operation, error)
            code, status = code_and_status(error)
            if code == _NOT_PUBLISHED:
                raise _NotPublished from error
            if code in _UNKNOWN:
                self._measure(error.response)
                return None
            raise Unavailable(Cause.SERVER_ERROR, f"{operation}: {code} (HTTP {status})") from error
        except NoCredentialsError as error:
            raise Unavailable(Cause.ACCESS_DENIED, f"{operation}: {type(error).__name__}") from error
        except Exception as error:
            raise Unavailable(Cause.UNREACHABLE, f"{operation}: {type(error).__name__}") from error
        if problem := unproven(answer):
            raise Unavailable(Cause.SERVER_ERROR, f"{operation}: {problem}")
        self._measure(answer)
        return answer

    def _raise_unavailable(self, operation: str, error: ClientError) -> None:
        code, status = code_and_status(error)
        detail = f"{operation}: {code} (HTTP {status})"
        if is_throttle(code):
            raise Unavailable(Cause.THROTTLED, detail) from error
        if is_denial(code):
            raise Unavailable(Cause.ACCESS_DENIED, detail) from error

    def _measure(self, answer: Any) -> None:
        self._connect_clock.measure(answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date"))


class _NotPublished(Exception):
    pass


def _shown(answer: Any, operation: str, field: str) -> Any:
    """What was asked for; a success without it says nothing."""
    if not answer.get(field):
        raise Unavailable(Cause.SERVER_ERROR, f"{operation}: an answer without {field}")
    return answer[field]
