"""Sending failed requests again: to the queue of their lane first, out of the dead-letter queue second.

Between the two a message is in both queues, so a process that dies there leaves a message that is worked on and can be
sent again. That loses nothing and transfers nothing twice: the second time it has the name of the first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from transfers_cli.failed.looking import Looking
from transfers_cli.failed.parked import Parked
from transfers_cli.sqs_batches import batches


@dataclass
class Moved:
    """Message ids. ``taken``: somebody else has them by now. ``undeleted``: sent, but still in the dead-letter queue, too."""

    sent: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    undeleted: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether every message was moved."""
        return not (self.refused or self.taken or self.undeleted)


class Mover:
    """Moves what ``looking`` holds from the queue ``source`` to the ``target`` of each (URLs); ``stop`` ends it between two batches.

    ``rate``: messages a second at most, None for as fast as it goes.
    """

    def __init__(
        self, sqs: Any, source: str, target: Callable[[Parked], str], rate: float | None, stop: threading.Event
    ) -> None:
        self._sqs = sqs
        self._source = source
        self._target = target
        self._rate = rate
        self._stop = stop

    def move(self, looking: Looking, messages: Sequence[Parked], progress: Callable[[int], None]) -> Moved:
        """Move the messages; what was not begun when ``stop`` was set stays where it is.

        ``progress``: called with how many more are done.
        """
        moved = Moved()
        for some in (part for own in self._by_target(messages) for part in batches(own)):
            began = time.monotonic()
            kept = looking.keep(some)
            moved.taken += [m.message_id for m in some if m not in kept]
            sent = self._send(kept, moved)
            self._delete(sent, looking, moved)
            progress(len(some))
            pause = len(some) / self._rate - (time.monotonic() - began) if self._rate else 0
            if self._stop.is_set() or (pause > 0 and self._stop.wait(pause)):
                break
        return moved

    def _by_target(self, messages: Sequence[Parked]) -> list[list[Parked]]:
        found: dict[str, list[Parked]] = {}
        for message in messages:
            found.setdefault(self._target(message), []).append(message)
        return list(found.values())

    def _send(self, messages: Sequence[Parked], moved: Moved) -> list[Parked]:
        if not messages:
            return []
        entries = [
            {"Id": str(n), "MessageBody": m.body, "MessageAttributes": m.own_attributes()}
            for n, m in enumerate(messages)
        ]
        answer = self._sqs.send_message_batch(QueueUrl=self._target(messages[0]), Entries=entries)
        for failed in answer.get("Failed", []):
            moved.refused[messages[int(failed["Id"])].message_id] = (
                f"{failed['Code']} {failed.get('Message', '')}".strip()
            )
        sent = [messages[int(done["Id"])] for done in answer.get("Successful", [])]
        moved.sent += [message.message_id for message in sent]
        return sent

    def _delete(self, messages: Sequence[Parked], looking: Looking, moved: Moved) -> None:
        # Once more for what would not go.
        left = delete(self._sqs, self._source, delete(self._sqs, self._source, messages))
        moved.undeleted += [message.message_id for message in left]
        looking.gone([message for message in messages if message not in left])


def delete(sqs: Any, url: str, messages: Sequence[Parked]) -> list[Parked]:
    """Delete up to ten messages. Answer those that are still there."""
    if not messages:
        return []
    entries = [{"Id": str(n), "ReceiptHandle": message.receipt} for n, message in enumerate(messages)]
    answer = sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    return [messages[int(failed["Id"])] for failed in answer.get("Failed", [])]
