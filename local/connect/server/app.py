"""The ASGI application: the Amazon Connect API on every path but ``/_control``, which steers the simulator."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

from local.connect.model import ConnectError, Delivery, Reply
from local.connect.model.http import http_answer
from local.connect.model.operations import OPERATIONS
from local.connect.server.control_app import control_app
from local.connect.server.pulse import Pulse
from local.connect.server.routes import Routes, read_input
from local.connect.server.shapes import check_output
from local.connect.server.simulator import Simulator
from local.connect.server.wire import Receive, Scope, Send, answer, cut, read_body, until_gone

#: What a signature for this service says in its credential scope. The signature itself is not verified.
_SIGNED_FOR_CONNECT = b"/connect/aws4_request"


class App:
    """Answers AWS calls by the model, and keeps the model's own doings going while it runs."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._routes = Routes()
        self._pulse = Pulse(simulator)
        self._control = control_app(simulator, self._pulse)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's request: an operation, or one of the control's below ``/_control``."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["path"].startswith("/_control"):
            await self._control(scope, receive, send)
        else:
            await self._aws(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        beating = asyncio.create_task(self._pulse.beat())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
        await send({"type": "lifespan.shutdown.complete"})

    async def _aws(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        connect = self._simulator.connect
        try:
            operation, params = self._read(scope, body)
        except ConnectError as error:
            await _send_error(send, error, connect.store.new_id())
            return
        call = connect.receive(operation.name, params)
        if call.hold:
            await asyncio.sleep(call.hold)
        reply = connect.finish(call)
        check_output(operation.output_shape, reply.body)
        self._pulse.wake()
        if reply.delay:
            await asyncio.sleep(reply.delay)
        await _deliver(reply, scope, receive, send)

    def _read(self, scope: Scope, body: bytes) -> tuple[Any, dict[str, Any]]:
        found = self._routes.find(scope["method"], scope["raw_path"].decode("ascii"))
        if found is None:
            raise ConnectError("UnknownOperationException", 404, f"No operation at {scope['method']} {scope['path']}.")
        operation, path = found
        if operation.name not in OPERATIONS:
            raise ConnectError(
                "NotImplementedException", 501, f"{operation.name} is not simulated; see GET /_control/."
            )
        if not any(name == b"authorization" and _SIGNED_FOR_CONNECT in value for name, value in scope["headers"]):
            raise ConnectError(
                "MissingAuthenticationTokenException", 403, "The request is not signed for the service connect."
            )
        return operation, read_input(operation, path, scope["query_string"].decode("ascii"), body)


async def _deliver(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    if reply.delivery in (Delivery.RESET, Delivery.REFUSED):
        await cut(scope, receive)
    elif reply.delivery is Delivery.HANG:
        await until_gone(receive)
    else:
        shown = http_answer(reply)
        headers = [(name.encode(), value.encode()) for name, value in shown.headers.items()]
        await answer(send, shown.status, headers, shown.body)


async def _send_error(send: Send, error: ConnectError, reply_id: str) -> None:
    shown = http_answer(Reply(reply_id, {}, error, date=time.time()))
    headers = [(name.encode(), value.encode()) for name, value in shown.headers.items()]
    await answer(send, shown.status, headers, shown.body)
