"""botocore on one side, the model of Connect on the other, and no network between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from local.connect.model import Connect, Delivery, Reply
from local.connect.model.http import http_answer
from local.connect.server.routes import Routes, read_input

_ROUTES = Routes()
_SESSION = botocore.session.get_session()  # shared: reading the service model is most of a client's cost


def connect_client(connect: Connect, goes_on: Callable[[float], None]) -> Any:
    """A real botocore client whose requests the model answers, without a socket; ``goes_on`` makes the time that an answer takes pass."""
    with mock.patch.dict(os.environ, {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}):
        client: Any = _SESSION.create_client(
            "connect",
            region_name="us-east-1",
            endpoint_url="http://connect.local",
            config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
        )

    def respond(request: AWSPreparedRequest, **_given: Any) -> AWSResponse:
        path, _, query = str(request.url).removeprefix("http://connect.local").partition("?")
        found = _ROUTES.find(str(request.method), path)
        assert found is not None, path
        operation, labels = found
        body: Any = request.body or b""
        given = read_input(operation, labels, query, body if isinstance(body, bytes) else body.encode())
        reply = connect.handle(operation.name, given)
        goes_on(reply.delay)
        return _response(request, reply)

    client.meta.events.register_first("before-send.connect", respond)
    return client


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body


def _response(request: AWSPreparedRequest, reply: Reply) -> AWSResponse:
    url = request.url
    if reply.delivery is Delivery.RESET:
        raise ConnectionClosedError(endpoint_url=url)
    if reply.delivery is Delivery.REFUSED:
        raise EndpointConnectionError(endpoint_url=url)
    if reply.delivery is Delivery.HANG:
        raise ReadTimeoutError(endpoint_url=url)
    shown = http_answer(reply)
    headers: Any = dict(shown.headers)
    return AWSResponse(url, shown.status, headers, _Raw(shown.body))
