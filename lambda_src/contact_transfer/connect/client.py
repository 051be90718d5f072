"""Amazon Connect: the four calls the worker makes, each paced, each sent once, each answer classified.

    transfer            Accepted | Rejected        raises Doubtful, Unavailable, NoTime
    contact             ContactView | None          raises Unavailable, NoTime
    flow                FlowView | None             raises Unavailable, NoTime
    chain               [ContactView]               raises Unavailable, NoTime

Errors are classified by modelled code and HTTP status, never by the words of a message: which message each rejection
carries is not documented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, NoCredentialsError

from contact_transfer.aws.answers import foreign
from contact_transfer.connect.rate_limiter import Pacing
from contact_transfer.connect.responses import (
    Accepted,
    ContactView,
    Doubtful,
    FlowView,
    NoTime,
    Refusal,
    Rejected,
    Unavailable,
    contact_view,
)
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Clock, Deadline
from contact_transfer.transfer.outcome import Cause

TRANSFER = "TransferContact"
#: Seconds an invocation keeps for what follows the last call to Connect: ledger, events, parking, visibility.
TAIL_SECONDS = 3.0

_THROTTLES = frozenset(
    {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
)
_UNKNOWN = frozenset({"ResourceNotFoundException", "InvalidRequestException", "InvalidParameterException"})
_DENIALS = frozenset(
    {
        "AccessDeniedException",
        "AccessDenied",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "NotAuthorized",
        "OptInRequired",
        "RequestExpired",
        "RequestTimeTooSkewed",
    }
)
#: Whatever their status, these do not say that nothing happened.
_OPEN = frozenset({"IdempotencyException", "RequestAbortedException", "RequestTimeoutException", "RequestTimeout"})


class Connect:
    """Amazon Connect through a botocore client whose own retries are off: each attempt here is one call on the wire."""

    def __init__(self, client: Any, pacing: Pacing, clock: Clock, call_seconds: float) -> None:
        """``call_seconds``: the longest one call can take, time-outs included."""
        self._client = client
        self._pacing = pacing
        self._clock = clock
        self._call_seconds = call_seconds

    def time_for(self, operation: str, deadline: Deadline) -> bool:
        """Whether a call of ``operation`` would get its token, and be over, before the invocation ends."""
        wait = self._pacing.wait(operation, self._clock.elapsed())
        return wait <= self._room(deadline)

    def await_turn(self, operation: str, deadline: Deadline) -> None:
        """Wait for a token of ``operation``. Raise ``NoTime`` when it comes too late for this invocation."""
        wait = self._pacing.wait(operation, self._clock.elapsed())
        if wait > self._room(deadline):
            raise self.no_time(operation)
        if wait > 0:
            self._clock.sleep(wait)
            self._pacing.slept(wait)

    def no_time(self, operation: str) -> NoTime:
        """Give the message the next token that is free after this invocation."""
        return NoTime(operation, self._pacing.promise(operation, self._clock.elapsed()))

    def _room(self, deadline: Deadline) -> float:
        return deadline.left(self._clock) - self._call_seconds - TAIL_SECONDS

    def transfer(self, request: TransferRequest) -> Accepted | Rejected:
        """Call TransferContact, once; the caller has awaited its turn. Raise ``Doubtful`` or ``Unavailable``.

        Only a definite 400, 401, 402, 403, 404 or 429, or a connection that was never made, says that nothing happened.
        """
        destination = {"QueueId": request.queue_id, "UserId": request.user_id}
        self._pacing.take(TRANSFER, self._clock.elapsed())
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
        except NoCredentialsError as error:
            raise Unavailable(Cause.ACCESS_DENIED, type(error).__name__) from error
        except (EndpointConnectionError, ConnectTimeoutError) as error:
            raise Unavailable(Cause.UNREACHABLE, type(error).__name__) from error
        except Exception as error:  # a lost answer, or one that cannot be read (a body that is not JSON, say)
            raise Doubtful(type(error).__name__) from error
        if problem := foreign(answer):
            raise Doubtful(problem)
        return Accepted(answer.get("ContactId") or None, answer.get("ContactArn") or None)

    def _refused(self, error: ClientError) -> Rejected:
        code, status = _code_and_status(error)
        detail = f"{code} (HTTP {status})"
        if status not in {400, 401, 402, 403, 404, 429} or code in _OPEN:
            raise Doubtful(detail) from error
        self._raise_unavailable(TRANSFER, error)
        if status == 402 or code == "ServiceQuotaExceededException":
            return Rejected(Refusal.QUOTA, detail)
        if status == 404:
            return Rejected(Refusal.NOT_FOUND, detail)
        return Rejected(Refusal.INVALID, detail)

    def _raise_unavailable(self, operation: str, error: ClientError) -> None:
        code, status = _code_and_status(error)
        detail = f"{operation}: {code} (HTTP {status})"
        if status == 429 or code in _THROTTLES:
            self._pacing.throttled(operation, self._clock.elapsed())
            raise Unavailable(Cause.THROTTLED, detail) from error
        if status in {401, 403} or code in _DENIALS:
            raise Unavailable(Cause.ACCESS_DENIED, detail) from error
        if status >= 500 or status in {408, 409}:
            raise Unavailable(Cause.SERVER_ERROR, detail) from error

    def contact(self, instance_id: str, contact_id: str, deadline: Deadline) -> ContactView | None:
        """Describe a contact; None when Connect does not know it (which may be a lag of its own)."""

        def call() -> Any:
            return self._client.describe_contact(InstanceId=instance_id, ContactId=contact_id)

        answer = self._look("DescribeContact", call, deadline)
        return None if answer is None else contact_view(_shown(answer, "DescribeContact", "Contact"))

    def flow(self, instance_id: str, flow_id: str, deadline: Deadline) -> FlowView | None:
        """Describe a flow; None when Connect does not know it."""

        def call() -> Any:
            try:
                return self._client.describe_contact_flow(InstanceId=instance_id, ContactFlowId=flow_id)
            except ClientError as error:
                if _code_and_status(error)[0] == "ContactFlowNotPublishedException":
                    return {"ContactFlow": {"Status": "SAVED"}}
                raise

        answer = self._look("DescribeContactFlow", call, deadline)
        if answer is None:
            return None
        flow = _shown(answer, "DescribeContactFlow", "ContactFlow")
        return FlowView(flow.get("Type"), flow.get("State") == "ARCHIVED", flow.get("Status") != "SAVED")

    def chain(self, instance_id: str, contact_id: str, deadline: Deadline) -> list[ContactView]:
        """All contacts of the tree that ``contact_id`` belongs to; empty when Connect does not know it."""
        return list(self._pages(instance_id, contact_id, deadline))

    def _pages(self, instance_id: str, contact_id: str, deadline: Deadline) -> Iterator[ContactView]:
        following: dict[str, str] = {}
        while True:

            def call(page: dict[str, str] = following) -> Any:
                return self._client.list_associated_contacts(
                    InstanceId=instance_id, ContactId=contact_id, MaxResults=100, **page
                )

            answer = self._look("ListAssociatedContacts", call, deadline)
            if answer is None:
                return
            yield from map(contact_view, answer.get("ContactSummaryList", []))
            if not answer.get("NextToken"):
                return
            following = {"NextToken": answer["NextToken"]}

    def _look(self, operation: str, call: Callable[[], Any], deadline: Deadline) -> Any:
        """Make a call that changes nothing. None: Connect does not know what is asked for, or not under such an id."""
        self.await_turn(operation, deadline)
        self._pacing.take(operation, self._clock.elapsed())
        try:
            answer = call()
        except ClientError as error:
            self._raise_unavailable(operation, error)
            code, status = _code_and_status(error)
            if status == 404 or code in _UNKNOWN:
                return None
            raise Unavailable(Cause.SERVER_ERROR, f"{operation}: {code} (HTTP {status})") from error
        except Exception as error:
            raise Unavailable(Cause.UNREACHABLE, f"{operation}: {type(error).__name__}") from error
        if problem := foreign(answer):
            raise Unavailable(Cause.SERVER_ERROR, f"{operation}: {problem}")
        return answer


def _shown(answer: Any, operation: str, field: str) -> Any:
    """What was asked for; a success without it says nothing."""
    if not answer.get(field):
        raise Unavailable(Cause.SERVER_ERROR, f"{operation}: an answer without {field}")
    return answer[field]


def _code_and_status(error: ClientError) -> tuple[str, int]:
    code = error.response.get("Error", {}).get("Code", "Unknown")
    return str(code), int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
