"""What a reply looks like on the wire: status, headers and body. Only an answer of Connect's own has a request id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache

from local.connect.model.connect import Reply
from local.connect.model.faults import Delivery

_GARBAGE = b'{"ContactId": "'
_PAGE = b"<html><body>The page cannot be displayed.</body></html>"


@dataclass(frozen=True)
class HttpAnswer:
    """An HTTP answer. Header names are in lower case, as botocore has them."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@lru_cache(maxsize=64)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


def http_date(moment: float) -> str:
    """The header ``Date`` of a moment: whole seconds."""
    return _date(int(moment))


def http_answer(reply: Reply) -> HttpAnswer:
    """The answer that reaches the caller; not for a delivery in which none does."""
    date = {"date": http_date(reply.date)}
    if reply.delivery is Delivery.PAGE:
        return HttpAnswer(reply.page, {"content-type": "text/html", **date}, _PAGE)
    if reply.delivery is Delivery.EMPTY:
        return HttpAnswer(200, {"content-type": "application/json", **date}, b"{}")
    headers = {"content-type": "application/json", "x-amzn-requestid": reply.request_id, **date}
    if reply.delivery is Delivery.GARBAGE:
        return HttpAnswer(200, headers, _GARBAGE)
    if reply.error is not None:
        body = json.dumps({"Message": reply.error.message}).encode()
        return HttpAnswer(reply.error.status, {**headers, "x-amzn-errortype": reply.error.code}, body)
    return HttpAnswer(200, headers, json.dumps(reply.body).encode())
