"""Lambda's Runtime API for one execution environment, on a port of its own.

Source: "Using the Lambda runtime API": GET invocation/next, POST invocation/ID/response, POST invocation/ID/error,
POST init/error. What the runtime does arrives on ``happenings`` in its order.
"""

from __future__ import annotations

import queue
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PREFIX = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Order:
    """One invocation to be fetched by the runtime; ``deadline`` in milliseconds since the epoch."""

    request_id: str
    payload: bytes
    deadline: int
    arn: str
    trace: str


@dataclass(frozen=True)
class Ready:
    """The runtime asks for its next invocation."""


@dataclass(frozen=True)
class Answered:
    """The function has answered a request with this payload."""

    request_id: str
    payload: bytes


@dataclass(frozen=True)
class Raised:
    """``request_id`` is None for an error of the initialization."""

    request_id: str | None
    payload: bytes


@dataclass(frozen=True)
class Exited:
    """The process has ended with this status; negative: the signal that ended it."""

    status: int


Happening = Ready | Answered | Raised | Exited


class RuntimeApi:
    """Serves one runtime. Close it to end a waiting ``next``."""

    def __init__(self) -> None:
        self.happenings: queue.Queue[Happening] = queue.Queue()
        self.orders: queue.Queue[Order | None] = queue.Queue()
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="runtime-api").start()

    @property
    def address(self) -> str:
        """What AWS_LAMBDA_RUNTIME_API says: host and port."""
        return f"127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop the server; a process that waits for an invocation gets none."""
        self.orders.put(None)
        self._server.shutdown()
        self._server.server_close()

    def next_order(self) -> Order | None:
        """Wait for the next invocation; None when there will be none."""
        self.happenings.put(Ready())
        return self.orders.get()

    def record(self, path: str, body: bytes) -> bool:
        """Note what the runtime posted; return whether the path exists."""
        if path == f"{PREFIX}/init/error":
            self.happenings.put(Raised(None, body))
            return True
        request_id, _, kind = path.removeprefix(f"{PREFIX}/invocation/").partition("/")
        if kind not in ("response", "error"):
            return False
        self.happenings.put(Answered(request_id, body) if kind == "response" else Raised(request_id, body))
        return True


class _CutOff(ConnectionError):
    """The runtime ended before the last byte of what it posted."""


def _body(request: BaseHTTPRequestHandler) -> bytes:
    """Read what was posted to its end. Raise ``_CutOff`` when the runtime died on the way.

    The runtime's client sends the head and the body apart. A server that takes the first part for the whole reads an empty answer
    when the runtime is killed in between, and an empty answer says that every message is done.
    """
    if request.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return _exactly(request, int(request.headers.get("Content-Length", 0)))
    body = b""
    while size := int(_line(request).split(b";")[0], 16):
        body += _exactly(request, size)
        _line(request)
    _line(request)
    return body


def _exactly(request: BaseHTTPRequestHandler, size: int) -> bytes:
    found = request.rfile.read(size)
    if len(found) < size:
        raise _CutOff(f"{len(found)} of {size} bytes")
    return found


def _line(request: BaseHTTPRequestHandler) -> bytes:
    found = request.rfile.readline()
    if not found.endswith(b"\n"):
        raise _CutOff("the end of a chunk")
    return found


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a connection that ended with its killed runtime."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # passed on as it came


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave in one piece; two pieces meet Nagle's algorithm and cost 40 ms
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        order = self.server.api.next_order() if self.path == f"{PREFIX}/invocation/next" else None
        if order is None:
            self._answer(410, b"")
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": order.request_id,
            "Lambda-Runtime-Deadline-Ms": str(order.deadline),
            "Lambda-Runtime-Invoked-Function-Arn": order.arn,
            "Lambda-Runtime-Trace-Id": order.trace,
        }
        self._answer(200, order.payload, headers)

    def do_POST(self) -> None:
        try:
            body = _body(self)
        except ConnectionError:
            self.close_connection = True  # no answer was given: the runtime is gone, and its exit is seen elsewhere
            return
        known = self.server.api.record(self.path, body)
        self._answer(202 if known else 404, b'{"status":"OK"}' if known else b"{}")

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True  # the runtime is gone; its exit is seen elsewhere

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: the invocation's own log lines tell it."""
