"""Where the messages of failed requests are now: in the dead-letter queue, or gone from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from contact_transfer.ledger.records import EndRecord
from transfers_cli.deployment import Deployment
from transfers_cli.failed.parked import Parked
from transfers_cli.failed.source import Source


@dataclass(frozen=True)
class DeadLetters:
    """One look into the dead-letter queue. ``unseen``: how many messages somebody else had in hand, or why nobody could look."""

    messages: Sequence[Parked] = ()
    unseen: int = 0
    refused: str | None = None

    def of(self, *ids: str | None) -> list[Parked]:
        """The messages that are about one of the ids: of a message, a contact, a request's name or a producer's requestId."""
        wanted = set(ids) - {None}
        return [message for message in self.messages if wanted & _ids(message)]

    def whereabouts(self, failure: EndRecord) -> str:
        """Where the message of a failure is, in a sentence."""
        if here := self.of(failure.message_id):
            return f"in the dead-letter queue: transfers failed show {here[0].message_id}"
        if self.refused is not None:
            return f"not known: the dead-letter queue could not be read ({self.refused})"
        unseen = f", unless it is among {self.unseen} that somebody else has in hand" if self.unseen else ""
        return f"not in the dead-letter queue: it was sent again, dropped or kept too long{unseen}"


def look(found: Deployment) -> DeadLetters:
    """Look at everything and give it back. A denial is an answer, too: the rest of the status is worth telling."""
    try:
        with Source.of(found, confirmation=False).look() as looking:
            return DeadLetters(looking.look(), looking.elsewhere)
    except ClientError as error:
        return DeadLetters(refused=str(error.response.get("Error", {}).get("Code")))


def _ids(message: Parked) -> set[str | None]:
    ids = {message.attribute(name) for name in ("OriginalMessageId", "RequestName")}
    given = {message.fields.get("requestId"), message.contact}
    return ids | {value for value in given if isinstance(value, str)} | {message.message_id}
