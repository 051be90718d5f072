"""What a runtime posts counts only when it has arrived whole: a runtime may be killed at any byte."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator

import pytest

from local.lambda_runtime.runtime_api import Answered, RuntimeApi

ANSWER = b'{"batchItemFailures": [{"itemIdentifier": "m"}]}'
SIZED = f"Content-Length: {len(ANSWER)}\r\n\r\n".encode()
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = f"{len(ANSWER):x}\r\n".encode() + ANSWER + b"\r\n"


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    running = RuntimeApi()
    yield running
    running.close()


def post(api: RuntimeApi, request_id: str, rest: bytes) -> bytes:
    """Post an answer and send nothing after it, as a killed process does; return what the server says before it hangs up."""
    host, _, port = api.address.partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST /2018-06-01/runtime/invocation/{request_id}/response HTTP/1.1\r\nHost: x\r\n"
        connection.sendall(head.encode() + rest)
        connection.shutdown(socket.SHUT_WR)
        said = b""
        while part := connection.recv(65536):
            said += part
        return said


@pytest.mark.parametrize("whole", [SIZED + ANSWER, CHUNKED + CHUNK + b"0\r\n\r\n"], ids=["sized", "chunked"])
def test_a_whole_answer_is_taken_and_confirmed(api: RuntimeApi, whole: bytes) -> None:
    assert post(api, "r", whole).startswith(b"HTTP/1.1 202")
    assert api.happenings.get_nowait() == Answered("r", ANSWER)


@pytest.mark.parametrize(
    "cut",
    [
        SIZED,
        SIZED + ANSWER[:-1],
        CHUNKED,
        CHUNKED + CHUNK[:1],
        CHUNKED + CHUNK[:9],
        CHUNKED + CHUNK,
        CHUNKED + b"0\r\n",
    ],
    ids=["no body", "half a body", "no chunk", "half a size", "half a chunk", "no last chunk", "no end"],
)
def test_an_answer_that_was_cut_off_is_none(api: RuntimeApi, cut: bytes) -> None:
    """An empty answer would say that the whole batch is done, and its messages would be deleted."""
    assert post(api, "r", cut) == b""
    with pytest.raises(queue.Empty):
        api.happenings.get_nowait()
