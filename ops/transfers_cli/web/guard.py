"""The gate before every page: it asks ``Access``, and puts the headers on every answer."""

from __future__ import annotations

from typing import Any, Protocol

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from transfers_cli.web.access import HEADERS, Access

_USED = (
    "This address has been used, or is not the latest one. Press Enter where transfers web runs: it prints a new one."
)
_UNKNOWN = "Open the address that transfers web has printed. It is good once; press Enter there for a new one."


class Refuses(Protocol):
    """Shows a refusal."""

    def refuse(self, status: int, message: str) -> Response:
        """A page that says why."""


class Guard:
    """ASGI middleware. ``app``: the pages; ``pages``: shows refusals."""

    def __init__(self, app: ASGIApp, access: Access, pages: Refuses) -> None:
        self._app = app
        self._access = access
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # nothing here speaks any other protocol
        answer: Any = self._judge(Request(scope)) or self._app
        await answer(scope, receive, _with_headers(send))

    def _judge(self, request: Request) -> Response | None:
        refusal = self._access.refusal(request.method, request.headers)
        if refusal is not None:
            return self._pages.refuse(refusal.status, refusal.sentence)
        known = self._access.knows(request.cookies.get(self._access.cookie_name, ""))
        if request.url.path == "/enter":
            return self._enter(request, known=known)
        if known or request.url.path.startswith("/static/"):
            return None
        return self._pages.refuse(403, _UNKNOWN)

    def _enter(self, request: Request, *, known: bool) -> Response:
        if not known and not self._access.enter(request.query_params.get("token", "")):
            return self._pages.refuse(403, _USED)
        answer = RedirectResponse("/", status_code=303)
        answer.headers.append("Set-Cookie", self._access.cookie)
        return answer


def _with_headers(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return with_headers
