"""Who may use the console: the browser that was given the printed address, from the console's own pages.

The address has a token that is good once. It is exchanged for a cookie that no script can read and no other site can send
(HttpOnly, SameSite=Strict). The Host header must be the console's own, so a name that an attacker lets point to this machine
leads nowhere; a change must come from the console's own origin, and with the token of its forms.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import compare_digest

SAFE_METHODS = frozenset({"GET", "HEAD"})
#: No inline script or style, nothing from elsewhere, in nobody's frame.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # "no-referrer" would hide the origin of the console's own forms, too
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_FOREIGN = "This request does not come from the console's own pages."


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered. ``status``: of HTTP."""

    status: int
    sentence: str


class Access:
    """The secrets of one console at ``host`` (with its port). They live as long as the process."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.form_token = secrets.token_urlsafe(24)
        self._session = secrets.token_urlsafe(32)
        self._once: str | None = None
        self._lock = threading.Lock()

    @property
    def origin(self) -> str:
        """The console's own origin."""
        return f"http://{self.host}"

    @property
    def cookie_name(self) -> str:
        """The cookie's name. Cookies do not know ports, so each console of this machine has a name of its own."""
        return f"transfers-{self.host.rpartition(':')[2]}"

    @property
    def cookie(self) -> str:
        """The Set-Cookie header's value."""
        return f"{self.cookie_name}={self._session}; HttpOnly; SameSite=Strict; Path=/"

    def new_address(self) -> str:
        """Return an address that opens the console once. The address before it stops working."""
        with self._lock:
            self._once = secrets.token_urlsafe(24)
            return f"{self.origin}/enter?token={self._once}"

    def enter(self, token: str) -> bool:
        """Whether the token is that of the printed address; it is good no more."""
        with self._lock:
            good = self._once is not None and compare_digest(token.encode(), self._once.encode())
            if good:
                self._once = None
            return good

    def refusal(self, method: str, headers: Mapping[str, str]) -> Refusal | None:
        """Why a request is refused, with or without the cookie.

        Args:
            method: of HTTP.
            headers: by their names in lower case.
        """
        if headers.get("host", "") != self.host:
            return Refusal(403, f"The console answers at {self.origin} only.")
        if method in SAFE_METHODS:
            return None
        if headers.get("origin") != self.origin or headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return Refusal(403, _FOREIGN)
        return None

    def knows(self, cookie: str) -> bool:
        """Whether the browser has the cookie of this console."""
        return compare_digest(cookie.encode(), self._session.encode())

    def accepts_form(self, token: str) -> bool:
        """Whether a form is one of the console's own. ``token``: the one that it carried."""
        return compare_digest(token.encode(), self.form_token.encode())
