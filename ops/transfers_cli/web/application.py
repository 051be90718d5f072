"""The console as an ASGI application: who may ask, which page answers, and what is shown when AWS does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from botocore.exceptions import BotoCoreError, ClientError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from transfers_cli import say
from transfers_cli.errors import Exit, Stop, sentence
from transfers_cli.web.access import SAFE_METHODS, Access
from transfers_cli.web.asking import Answer, Asked, Redirect, View
from transfers_cli.web.console import Console
from transfers_cli.web.guard import Guard
from transfers_cli.web.pages import ROUTES
from transfers_cli.web.rendering import STATIC, environment

Page = Callable[[Console, Asked], Answer]
#: A form is small; more is none of ours.
MOST_BYTES = 1_000_000
_STATUS = {Exit.USAGE: 400, Exit.NOTHING: 404, Exit.NOT_ALL: 409, Exit.UNREACHABLE: 502}


class Pages:
    """Answers by pages of ``console``, as HTML."""

    def __init__(self, console: Console, access: Access) -> None:
        self._console = console
        self._access = access
        self._templates = environment()

    def endpoint(self, page: Page) -> Callable[[Request], Any]:
        """The page as Starlette calls it. AWS is asked in a thread, so that one slow answer keeps nobody else waiting."""

        async def serve(request: Request) -> Response:
            given: Mapping[str, Sequence[str]] = parse_qs(request.url.query)
            if request.method not in SAFE_METHODS:
                given = await _form(request)
                if not self._access.accepts_form("".join(given.get("form_token", ()))):
                    return self.refuse(403, "This form is not one of this console's: load the page again.")
            asked = Asked(request.path_params, given, "hx-request" in request.headers)
            return await run_in_threadpool(self._answer, page, asked)

        return serve

    def _answer(self, page: Page, asked: Asked) -> Response:
        with say.listening() as notes:
            answer = self._tried(page, asked)
        if isinstance(answer, Redirect):
            return RedirectResponse(answer.to, status_code=303)
        return HTMLResponse(self._html(answer, asked, notes), status_code=answer.status)

    def _tried(self, page: Page, asked: Asked) -> Answer:
        try:
            return page(self._console, asked)
        except Stop as stop:
            return _problem(stop.message, _STATUS.get(stop.status, 500))
        except (ClientError, BotoCoreError) as error:
            self._console.failed(error)
            return _problem(sentence(error), 502)

    def _html(self, view: View, asked: Asked, notes: Sequence[str]) -> str:
        shared = {
            "name": self._console.name,
            "form_token": self._access.form_token,
            "notes": notes,
            "command": self._console.command(view.command) if view.command else None,
            "place": self._place(),
            "current": None,
            "layout": "partial.html" if asked.is_partial else "page.html",
        }
        return self._templates.get_template(view.template).render(shared | dict(view.values))

    def _place(self) -> Mapping[str, str] | None:
        try:
            return self._console.found.place
        except (Stop, ClientError, BotoCoreError):
            return None  # what is shown says why

    def refuse(self, status: int, message: str) -> Response:
        """A page that shows nothing of the deployment."""
        text = self._templates.get_template("refused.html").render(message=message)
        return HTMLResponse(text, status_code=status)


def _problem(message: str, status: int) -> View:
    return View("problem.html", {"message": message, "http_status": status}, status=status)


async def _form(request: Request) -> Mapping[str, Sequence[str]]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return {}
    return parse_qs(body.decode("utf-8", "replace"))


def application(console: Console, access: Access) -> Starlette:
    """The console for a server that listens where ``access`` says."""
    pages = Pages(console, access)
    routes: list[Any] = [Route(path, pages.endpoint(page), methods=list(methods)) for path, page, methods in ROUTES]
    static = Mount("/static", StaticFiles(directory=STATIC))
    return Starlette(routes=[*routes, static], middleware=[Middleware(Guard, access=access, pages=pages)])
