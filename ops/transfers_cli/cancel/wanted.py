"""What must be cancelled, as it was given, and what is known of it before."""

from __future__ import annotations

from dataclasses import dataclass

from contact_transfer.request.cancellation import Cancellation, read_cancellation
from contact_transfer.request.identity import request_name
from contact_transfer.request.parser import Refused
from transfers_cli.batch.progress import BatchProgress, read_progress
from transfers_cli.deployment import Deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.ledger import LedgerReader


@dataclass(frozen=True)
class Wanted:
    """A cancellation that the deployment accepts."""

    found: Deployment
    cancellation: Cancellation

    @property
    def what(self) -> str:
        """What it names, in words."""
        named = self.cancellation
        return f"request {named.request_id}" if named.request_id is not None else f"batch {named.batch_id}"

    def note(self) -> str | None:
        """Say that the request was transferred already, if the ledger knows that it was."""
        before = self._transferred_to()
        if before is None:
            return None
        return f"{self.what} is transferred already, to contact {before}: a cancellation changes nothing of that."

    def progress(self) -> BatchProgress | None:
        """How far the batch is; None for a single request."""
        if self.cancellation.batch_id is None:
            return None
        return read_progress(self.found, [self.cancellation.instance_id], self.cancellation.batch_id)

    def _transferred_to(self) -> str | None:
        if self.cancellation.request_id is None:
            return None
        name = request_name(self.cancellation.instance_id, self.cancellation.request_id)
        reader = LedgerReader(self.found)
        known = reader.request_id(name)
        story = reader.story(known.instance_id, known.contact_id) if known is not None else None
        done = None if story is None else story.contact.transfer
        if done is None or done.name != name:
            return None
        return done.new_contact_id or "an unknown one"


def check_named(request_id: str | None, batch_id: str | None) -> None:
    """Raise ``Stop`` unless exactly one of the two is named."""
    if (request_id is None) == (batch_id is None):
        raise Stop("Give either --request-id or --batch-id.", Exit.USAGE)


def read_wanted(found: Deployment, *, instance: str | None, request_id: str | None, batch_id: str | None) -> Wanted:
    """Check a cancellation with the worker's own code. ``instance``: its id or ARN, where several are served.

    Raises:
        Stop: not exactly one of request and batch is named, or the worker would refuse the cancellation.
    """
    check_named(request_id, batch_id)
    named = {"instanceId": instance, "cancelRequestId": request_id, "cancelBatchId": batch_id}
    body = {name: value for name, value in named.items() if value is not None}
    try:
        return Wanted(found, read_cancellation(body, found.settings.instance_arns))
    except Refused as refused:
        raise Stop(f"{refused.failed.code}: {refused.failed.message}", Exit.USAGE) from None
