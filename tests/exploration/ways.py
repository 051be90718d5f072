"""The ways in which a call can go other than well: each costs one fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from local.virtual.wire import client_error, meta
from tests.exploration.wire import SIGN, Call


class Applied(Enum):
    """Whether, and when, a call takes effect."""

    NOW = "it takes effect"
    LATER = "it takes effect later, or never"
    NEVER = "it has no effect"
    COPY = "a copy of it takes effect later, or never"  # the SDK has sent it again, and that call is answered


class Lost(Enum):
    """What the worker gets instead of the answer."""

    NOTHING = "no answer comes"
    ERROR = "the answer is an error 500"
    PAGE = "a proxy answers with a page 404"
    EMPTY = "a proxy answers 200 with nothing"
    REFUSED_ENTRY = "the bus refuses the entry"
    ANSWER = "the answer comes"
    DEATH = "the worker dies"


@dataclass(frozen=True)
class Way:
    """How a call goes."""

    applied: Applied
    gets: Lost

    @property
    def words(self) -> str:
        """The way as a person reads it."""
        return f"{self.gets.value}; {self.applied.value}"


def _ways(gets: Lost, *applied: Applied) -> tuple[Way, ...]:
    return tuple(Way(one, gets) for one in applied)


_READ = _ways(Lost.NOTHING, Applied.NEVER) + _ways(Lost.DEATH, Applied.NEVER)
_SENT = _ways(Lost.NOTHING, Applied.NOW, Applied.NEVER) + _ways(Lost.DEATH, Applied.NOW, Applied.NEVER)
_WRITE = (
    *_ways(Lost.NOTHING, Applied.NOW, Applied.LATER, Applied.NEVER),
    *_ways(Lost.ANSWER, Applied.COPY),
    *_ways(Lost.DEATH, Applied.NOW, Applied.LATER, Applied.NEVER),
)
_TRANSFER = (
    *_ways(Lost.NOTHING, Applied.NOW, Applied.LATER, Applied.NEVER),
    *_ways(Lost.ERROR, Applied.NOW),
    *_ways(Lost.PAGE, Applied.NOW),
    *_ways(Lost.EMPTY, Applied.NEVER),
    *_ways(Lost.DEATH, Applied.NOW, Applied.LATER, Applied.NEVER),
)
_BY_OPERATION: Mapping[str, tuple[Way, ...]] = {
    "PutItem": _WRITE,
    "TransferContact": _TRANSFER,
    "PutEvents": (*_SENT, *_ways(Lost.REFUSED_ENTRY, Applied.NEVER)),
    "SendMessage": _SENT,
    "ChangeMessageVisibilityBatch": _ways(Lost.NOTHING, Applied.NEVER),
    "GetQueueAttributes": (),  # lost or not, the worker only goes slower
    SIGN: (),
}


def ways(call: Call) -> tuple[Way, ...]:
    """The ways of a call."""
    return _BY_OPERATION.get(call.operation, _READ)


def _page(operation: str) -> ClientError:
    answer: Any = {
        "Error": {"Code": "404", "Message": ""},
        "ResponseMetadata": {"HTTPStatusCode": 404, "HTTPHeaders": {"content-type": "text/html"}},
    }
    return ClientError(answer, operation)


_VALUES: Mapping[Lost, Callable[[str], Any]] = {
    Lost.NOTHING: lambda operation: ReadTimeoutError(endpoint_url=operation),
    Lost.ERROR: lambda operation: client_error("InternalServiceException", 500, operation),
    Lost.PAGE: _page,
    Lost.EMPTY: lambda _operation: {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}},
    Lost.REFUSED_ENTRY: lambda _operation: {
        "FailedEntryCount": 1,
        "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"}],
        "ResponseMetadata": meta(),
    },
}


def instead(gets: Lost, operation: str) -> Any:
    """What the worker gets: a value, or an exception."""
    return _VALUES[gets](operation)
