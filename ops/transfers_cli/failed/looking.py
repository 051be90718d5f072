"""Looking into the dead-letter queue. SQS cannot show messages without taking them, so they are taken, and given back.

While a look lasts, which takes seconds, nobody else sees what it has taken; when it ends, however it ends, everything is
visible again. Should the process be killed, everything is visible again after ``hold`` seconds. Nothing is lost: the
dead-letter queue has no dead-letter queue of its own, so receives cost a message nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from transfers_cli.failed.parked import Parked

BATCH = 10
_THREADS = 4
#: More than what one queue lets be in flight (120,000) is never worth it for a person.
MOST = 50_000


class Looking:
    """``seen`` has what was taken; ``elsewhere`` how many more the queue counted: in somebody else's hands for the moment.

    ``hold``: the longest that messages are away should this process die. It grows with the queue.
    """

    def __init__(self, sqs: Any, url: str, hold: int | None = None, most: int = MOST) -> None:
        self._sqs = sqs
        self._url = url
        self._most = most
        self.total = self._count()
        self.hold = hold or min(900, 30 + self.total // 100)
        self._held: dict[str, Parked] = {}
        self._ever: set[str] = set()
        self._pool = ThreadPoolExecutor(_THREADS)

    def _count(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        return sum(int(answer["Attributes"].get(name, 0)) for name in names)

    @property
    def seen(self) -> list[Parked]:
        """Everything taken, oldest failure first."""
        return sorted(self._held.values(), key=lambda message: (message.failed_at, message.message_id))

    @property
    def elsewhere(self) -> int:
        """How many messages of the queue were not shown, since another reader holds them."""
        return max(0, self.total - len(self._ever))

    def look(
        self, progress: Callable[[int], None] = lambda _seen: None, wanted: frozenset[str] = frozenset()
    ) -> list[Parked]:
        """Take everything that is visible, or until everything ``wanted`` (message ids) has been found.

        ``progress``: called with how many were taken so far.
        """
        dry = 0
        while len(self._held) < self._most and not (wanted and wanted <= set(self._held)):
            complete = len(self._held) >= self.total  # as far as the queue's own, approximate count says
            if dry >= (1 if complete else 2):
                break
            # Long polls ask all of the queue's servers; a short poll may come back empty from a full queue.
            takes = list(self._pool.map(self._take, [0 if complete else 1] * _THREADS))
            found = [message for take in takes for message in take]
            dry = 0 if any(message.message_id not in self._held for message in found) else dry + 1
            self._held.update({message.message_id: message for message in found})
            self._ever |= set(self._held)
            progress(len(self._held))
        return self.seen

    def _take(self, wait: int) -> list[Parked]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=BATCH,
            WaitTimeSeconds=wait,
            VisibilityTimeout=self.hold,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return [Parked.of(message) for message in answer.get("Messages", [])]

    def give_back(self, messages: Iterable[Parked] | None = None) -> None:
        """Let others see these messages again; all of them when none are named."""
        given = [m for m in (self._held.values() if messages is None else messages) if m.message_id in self._held]
        list(self._pool.map(lambda some: self._set_visibility(some, 0), batches(given)))
        for message in given:
            del self._held[message.message_id]

    def keep(self, messages: Sequence[Parked]) -> list[Parked]:
        """Hold on to up to ten messages afresh. Answer those that still are ours: the others ran out and are let go."""
        lost = set(self._set_visibility(messages, self.hold))
        for message_id in lost:
            self._held.pop(message_id, None)
        return [message for message in messages if message.message_id not in lost]

    def _set_visibility(self, messages: Sequence[Parked], seconds: int) -> list[str]:
        entries = [
            {"Id": str(number), "ReceiptHandle": message.receipt, "VisibilityTimeout": seconds}
            for number, message in enumerate(messages)
        ]
        if not entries:
            return []
        try:
            answer = self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
        except (ClientError, BotoCoreError):
            return [message.message_id for message in messages]
        return [messages[int(failed["Id"])].message_id for failed in answer.get("Failed", [])]

    def gone(self, messages: Iterable[Parked]) -> None:
        """These messages have been deleted: there is nothing to give back."""
        for message in messages:
            self._held.pop(message.message_id, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.give_back()
        self._pool.shutdown()


def batches(messages: Sequence[Parked]) -> list[Sequence[Parked]]:
    """Divide messages into groups that one call of SQS takes."""
    return [messages[start : start + BATCH] for start in range(0, len(messages), BATCH)]
