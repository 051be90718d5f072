"""The evidence: every call of a probe with its answer, request id and times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from contact_transfer.aws.answers import is_denial, is_modelled, is_throttle, unproven

#: An answer that says nothing about what was done: the call may have taken effect.
_LOST_STATUSES = frozenset({0, 408})


@dataclass(frozen=True)
class Answer:
    """One call and what came back. Times are seconds since the probe began; ``status`` 0: nothing came back.

    ``is_own``: the answer is Amazon Connect's own, not that of somebody in between. ``date``: the header of that name.
    """

    number: int
    operation: str
    asked: Mapping[str, Any]
    sent_at: float
    received_at: float
    status: int
    code: str = ""
    message: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    request_id: str | None = None
    date: str | None = None
    is_own: bool = True

    @property
    def is_success(self) -> bool:
        """Whether Connect did it and says so."""
        return self.status == 200 and self.is_own

    @property
    def is_lost(self) -> bool:
        """Whether it is unknown what Connect did."""
        return not self.is_own or self.status in _LOST_STATUSES or self.status >= 500

    @property
    def is_throttled(self) -> bool:
        """Whether the call quota was used up."""
        return is_throttle(self.code)

    @property
    def is_denied(self) -> bool:
        """Whether the caller lacks a permission."""
        return is_denial(self.code)

    @property
    def said(self) -> str:
        """Status and code in short, for example ``400 InvalidRequestException``."""
        return "no answer" if self.status == 0 else f"{self.status} {self.code}".strip()

    def as_dict(self) -> dict[str, Any]:
        """The evidence for the probe file."""
        return {
            "number": self.number,
            "operation": self.operation,
            "request": dict(self.asked),
            "sentAt": round(self.sent_at, 3),
            "receivedAt": round(self.received_at, 3),
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "answer": dict(self.body),
            "requestId": self.request_id,
            "date": self.date,
        }


class Wire(Protocol):
    """Sends one call, once."""

    def send(self, operation: str, asked: Mapping[str, Any]) -> Answer:
        """Send the call ``operation`` with the parameters ``asked``. The answer has no number and no times yet."""


class ClientWire:
    """Sends with a botocore client that repeats nothing by itself: each call is one request on the wire."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send(self, operation: str, asked: Mapping[str, Any]) -> Answer:
        """Send a call. A refusal is an answer; where none came, ``message`` says why."""
        call = getattr(self._client, _method(operation))
        try:
            return self._success(operation, asked, call(**asked))
        except ClientError as error:
            return self._error(operation, asked, error)
        except ParamValidationError:
            raise
        except BotoCoreError as error:
            return Answer(0, operation, asked, 0.0, 0.0, 0, type(error).__name__, str(error))

    def _success(self, operation: str, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> Answer:
        meta = answer.get("ResponseMetadata", {})
        body = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
        request_id, date = _header(meta, "x-amzn-requestid"), _header(meta, "date")
        status = int(meta.get("HTTPStatusCode", 0))
        is_own = unproven(answer) is None
        return Answer(0, operation, asked, 0.0, 0.0, status, "", "", body, request_id, date, is_own)

    def _error(self, operation: str, asked: Mapping[str, Any], error: ClientError) -> Answer:
        meta: Mapping[str, Any] = error.response.get("ResponseMetadata", {})
        refusal = error.response.get("Error", {})
        return Answer(
            number=0,
            operation=operation,
            asked=asked,
            sent_at=0.0,
            received_at=0.0,
            status=int(meta.get("HTTPStatusCode", 0)),
            code=str(refusal.get("Code", "")),
            message=str(refusal.get("Message", "")),
            request_id=_header(meta, "x-amzn-requestid"),
            date=_header(meta, "date"),
            is_own=is_modelled(self._client, error),
        )


def _header(meta: Mapping[str, Any], name: str) -> str | None:
    value = meta.get("HTTPHeaders", {}).get(name)
    return None if value is None else str(value)


def _method(operation: str) -> str:
    """The name of the client's method: ``describe_contact`` for ``DescribeContact``."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")
