"""What all pages of one console share: the deployment, its figures, and the changes that were proposed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from botocore.exceptions import ClientError, CredentialRetrievalError, NoCredentialsError

from transfers_cli.deployment import Deployment
from transfers_cli.figures import Figures, Watching
from transfers_cli.web.asking import command_line
from transfers_cli.web.proposals import Proposals

#: Minutes of the chart.
CHART_MINUTES = 60
#: Seconds between two looks at the queues, as ``transfers watch`` has them, however many pages are open.
EVERY_SECONDS = 2.0
#: What AWS answers when credentials are no longer good. Source: "Common error types" of the services.
_EXPIRED = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException", "RequestExpired"}
)


class Console:
    """One console. ``name``: the deployment's, as it was given; ``find``: finds it with credentials that are read afresh."""

    def __init__(self, name: str, find: Callable[[], Deployment]) -> None:
        self.name = name
        self.proposals = Proposals()
        self.batches: list[str] = []
        self.looking = threading.Lock()  # a look takes messages: a second one would find them gone
        self._find = find
        self._lock = threading.Lock()
        self._figures_lock = threading.Lock()
        self._found: Deployment | None = None
        self._watching: Watching | None = None
        self._figures: tuple[float, Figures] | None = None

    @property
    def found(self) -> Deployment:
        """The deployment; it is looked for again once credentials have expired."""
        with self._lock:
            if self._found is None:
                self._found = self._find()
            return self._found

    def figures(self) -> Figures:
        """The figures now. All pages share them, so that ten of them make no more calls than one ``transfers watch``."""
        with self._figures_lock:
            if self._figures is None or time.monotonic() - self._figures[0] >= EVERY_SECONDS:
                if self._watching is None:
                    self._watching = Watching(self.found, minutes=CHART_MINUTES)
                self._figures = (time.monotonic(), self._watching.figures())
            return self._figures[1]

    def look_again(self) -> None:
        """Something was changed here: the next figures are read afresh."""
        with self._figures_lock:
            self._figures = None
        with self._lock:
            if self._found is not None:
                self._found.__dict__.pop("mappings", None)

    def failed(self, error: Exception) -> None:
        """Forget the credentials if they are why something failed; the next page reads them afresh."""
        code = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else None
        if code in _EXPIRED or isinstance(error, NoCredentialsError | CredentialRetrievalError):
            with self._figures_lock, self._lock:
                self._found = self._watching = self._figures = None

    def remember_batch(self, batch_id: str) -> None:
        """Offer the batch on the page of batches; the ledger cannot list them."""
        self.batches = [batch_id, *(one for one in self.batches if one != batch_id)][:10]

    def command(self, arguments: Sequence[str]) -> str:
        """A command line of ``transfers`` for this deployment."""
        return command_line(self.name, arguments)
