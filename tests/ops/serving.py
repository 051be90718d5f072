"""A console that listens, and the browser's part of talking to it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape

import httpx
from botocore.exceptions import ClientError

from transfers_cli.deployment import Deployment
from transfers_cli.web.access import Access
from transfers_cli.web.console import Console
from transfers_cli.web.server import listen, server_of


@dataclass(frozen=True)
class Served:
    """A console, and a client that has its cookie."""

    console: Console
    access: Access
    client: httpx.Client

    def get(self, path: str, **asked: str) -> httpx.Response:
        return self.client.get(path, params=asked or None)

    def post(self, path: str, **form: object) -> httpx.Response:
        """A form of the console's own, as its pages send it."""
        given = {"form_token": self.access.form_token, **form}
        return self.client.post(path, data=given, headers={"origin": self.access.origin})

    def forget(self) -> None:
        """Let the next page read everything afresh, as it does after credentials have expired."""
        self.console.failed(ClientError({"Error": {"Code": "ExpiredToken", "Message": ""}}, "GetQueueAttributes"))

    def confirm(self, proposed: httpx.Response, word: str | None = None) -> httpx.Response:
        """Type the word that the page asks for, or another."""
        [path] = re.findall(r'action="(/confirm/[^"]+)"', proposed.text)
        [asked] = re.findall(r"Type <code>([^<]+)</code>", proposed.text)
        return self.post(path, word=asked if word is None else word)


@contextmanager
def served(find: Callable[[], Deployment], name: str = "local") -> Iterator[Served]:
    """Serve a console, and enter it."""
    listener = listen(0)
    console = Console(name, find)
    access, server = server_of(console, listener)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    with httpx.Client(base_url=access.origin, follow_redirects=True, trust_env=False, timeout=240) as client:
        try:
            client.get(access.new_address())
            yield Served(console, access, client)
        finally:
            server.should_exit = True
            thread.join()
            listener.close()


def words(page: httpx.Response) -> str:
    """What a person reads on a page."""
    text = re.sub(r"<(script|title|svg)\b.*?</\1>", "", page.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())
