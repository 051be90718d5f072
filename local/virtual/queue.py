"""An SQS standard queue and its dead-letter queue: no order, at least once, a visibility time-out, a receive count, a redrive.

Source: "Amazon SQS standard queues", "visibility timeout", "dead-letter queues".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from local.virtual.loop import Loop

#: No message can be hidden for longer than this after it was received. Which receive counts, the latest or the message's first, is
#: not clear from the documentation: ``limit_from_first`` says it. A refused change leaves the receive's own time-out as it is (assumed).
LONGEST_HIDDEN_SECONDS = 12 * 3600.0


@dataclass(eq=False)
class Message:
    """A message and its fate. Times in epoch seconds; ``deleted`` None: still in the queue.

    ``receives``: ApproximateReceiveCount. ``moved``: when the queue itself moved it to the dead-letter queue.
    ``place``: among the visible ones; -1: hidden or gone.
    """

    id: str
    body: str
    sent: float
    attributes: Mapping[str, Any] = field(default_factory=dict)
    receives: int = 0
    received: float = 0.0
    first_received: float = 0.0
    hidden_until: float = 0.0
    deleted: float | None = None
    moved: float | None = None
    expired: float | None = None
    place: int = -1  # where among the visible ones; -1: hidden or gone

    @property
    def gone(self) -> bool:
        """Whether the message was deleted, moved to the dead-letter queue, or has expired."""
        return self.deleted is not None or self.moved is not None or self.expired is not None

    @property
    def over(self) -> float | None:
        """When it left the queue for good, by whichever way."""
        return next((time for time in (self.deleted, self.moved, self.expired) if time is not None), None)


class Queue:
    """A standard queue. ``visibility``, ``retention`` in seconds; ``messages`` are all that ever were in it.

    ``message``: how their ids begin.
    ``left``: how many are still there. ``moved``: how often it moved one to the dead-letter queue; ``too_long``: how often it
    refused to hide one for longer than SQS does.
    ``maximum_receives``: of the redrive policy. ``limit_from_first``: as ``LONGEST_HIDDEN_SECONDS`` says.
    """

    def __init__(
        self,
        loop: Loop,
        random: Random,
        *,
        visibility: float = 360.0,
        retention: float = 7 * 86400.0,
        maximum_receives: int = 1000,
        dead_letters: Queue | None = None,
        limit_from_first: bool = False,
        message: str = "message",
    ) -> None:
        self._loop = loop
        self._random = random
        self._visibility = visibility
        self._retention = retention
        self._maximum_receives = maximum_receives
        self._dead_letters = dead_letters
        self._limit_from_first = limit_from_first
        self._message = message
        self._visible: list[Message] = []
        self._handles: dict[str, Message] = {}
        self.messages: list[Message] = []
        self.left = 0
        self.moved = 0
        self.too_long = 0
        self.on_visible: Callable[[], None] = lambda: None
        self.on_gone: Callable[[Message], None] = lambda _message: None

    @property
    def visible(self) -> int:
        """How many messages can be received now."""
        return len(self._visible)

    def send(self, body: str, attributes: Mapping[str, Any] | None = None, sent: float | None = None) -> Message:
        """SendMessage. ``sent``: the original time, for a message that a redrive policy moved."""
        number = len(self.messages) + 1
        message = Message(
            f"{self._message}-{number}", body, self._loop.now if sent is None else sent, dict(attributes or {})
        )
        self.messages.append(message)
        self.left += 1
        self._show(message)
        return message

    def receive(self, most: int, duplicate: Callable[[], bool] = lambda: False) -> list[tuple[Message, str]]:
        """ReceiveMessage: up to ``most`` visible messages in no order, each with its receipt handle.

        ``duplicate`` is asked for each: True and it stays visible, as a standard queue may do now and then.
        """
        taken: list[tuple[Message, str]] = []
        for _ in range(min(most, len(self._visible))):
            message = self._visible[self._random.randrange(len(self._visible))]
            self._hide(message)
            if self._loop.now - message.sent > self._retention:
                message.expired = self._loop.now
                self._leave(message)
                continue
            if message.receives >= self._maximum_receives and self._dead_letters is not None:
                message.moved = self._loop.now
                self.moved += 1
                self._dead_letters.send(message.body, message.attributes, message.sent)
                self._leave(message)
                continue
            message.receives += 1
            message.received = self._loop.now
            message.first_received = message.first_received or self._loop.now
            handle = f"{message.id}/{message.receives}"
            self._handles[handle] = message
            self._keep_hidden(message, self._visibility)
            taken.append((message, handle))
        for message, _ in taken:
            if duplicate():
                self._show(message)
        return taken

    def delete(self, handle: str, *, lost: bool = False) -> None:
        """DeleteMessage. ``lost``: the message comes back all the same, as a standard queue may let it."""
        message = self._handles.get(handle)
        if message is not None and not message.gone and not lost:
            self._hide(message)
            message.deleted = self._loop.now
            self._leave(message)

    def change_visibility(self, handle: str, seconds: float) -> str | None:
        """ChangeMessageVisibility. Answer None, or the error code that refuses it."""
        message = self._handles.get(handle)
        if message is None or message.gone:
            return "ReceiptHandleIsInvalid"
        if message.place >= 0:
            return "MessageNotInflight"
        since = message.first_received if self._limit_from_first else message.received
        if self._loop.now + seconds > since + LONGEST_HIDDEN_SECONDS:
            self.too_long += 1
            return "InvalidParameterValue"
        self._keep_hidden(message, seconds)
        return None

    def purge_one(self, message: Message) -> None:
        """Take a message away, as a redrive does once it has been sent elsewhere."""
        if not message.gone:
            self._hide(message)
            message.deleted = self._loop.now
            self._leave(message)

    def _leave(self, message: Message) -> None:
        self.left -= 1
        self.on_gone(message)

    def _keep_hidden(self, message: Message, seconds: float) -> None:
        message.hidden_until = self._loop.now + seconds
        self._loop.at(message.hidden_until, self._reappear, message, message.hidden_until)

    def _reappear(self, message: Message, hidden_until: float) -> None:
        if message.hidden_until == hidden_until and not message.gone:
            self._show(message)

    def _show(self, message: Message) -> None:
        if message.place < 0:
            message.place = len(self._visible)
            self._visible.append(message)
            self.on_visible()

    def _hide(self, message: Message) -> None:
        if message.place < 0:
            return
        last = self._visible.pop()
        if last is not message:
            self._visible[message.place] = last
            last.place = message.place
        message.place = -1


def send_message(queue: Queue, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The call's answer; limits of attributes and size are checked by the adapter's own tests against a real emulator."""
    return {"MessageId": queue.send(asked["MessageBody"], asked.get("MessageAttributes")).id}


def send_message_batch(
    queue: Queue, entries: Sequence[Mapping[str, Any]], refuse: Callable[[], bool]
) -> dict[str, Any]:
    """The batch call's answer, with the entries that failed. ``refuse`` is asked for each."""
    answer: dict[str, Any] = {"Successful": [], "Failed": []}
    for entry in entries:
        if refuse():
            answer["Failed"].append({"Id": entry["Id"], "Code": "InternalError", "SenderFault": False})
        else:
            answer["Successful"].append({"Id": entry["Id"], **send_message(queue, entry)})
    return answer


def attributes(queue: Queue) -> dict[str, Any]:
    """The answer of GetQueueAttributes, with the counts."""
    counts = {"": queue.visible, "NotVisible": queue.left - queue.visible}
    return {"Attributes": {f"ApproximateNumberOfMessages{kind}": str(count) for kind, count in counts.items()}}


def change_visibility_batch(
    queue: Queue, entries: Sequence[Mapping[str, Any]], refuse: Callable[[], bool]
) -> dict[str, Any]:
    """The batch call's answer, with the entries that failed. ``refuse`` is asked for each."""
    answer: dict[str, Any] = {"Successful": [], "Failed": []}
    for entry in entries:
        code = (
            "InternalError" if refuse() else queue.change_visibility(entry["ReceiptHandle"], entry["VisibilityTimeout"])
        )
        if code is None:
            answer["Successful"].append({"Id": entry["Id"]})
        else:
            answer["Failed"].append({"Id": entry["Id"], "Code": code, "SenderFault": True})
    return answer
