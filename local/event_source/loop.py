"""The event source loop: what Lambda does between an SQS queue and a function."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from local.event_source.rules import RECEIVE_LIMIT, BatchResult, Mapped, batches, judge, record
from local.lambda_runtime import Invocation
from local.toolbox import say

#: Without MaximumConcurrency Lambda starts with five pollers. Source: "Configuring scaling behavior for SQS".
DEFAULT_POLLERS = 5
ASK_STATE_SECONDS = 1.0


class Invokable(Protocol):
    """What the loop needs of a function: an answer or a problem, never an exception of the handler's."""

    def invoke(self, payload: bytes) -> Invocation:
        """Invoke the function with an event as JSON, and return what came of it."""


@dataclass(frozen=True)
class Delivery:
    """One batch and what became of it. ``refused``: what the queue would not delete. ``ended``: epoch seconds."""

    message_ids: tuple[str, ...]
    invocation: Invocation
    result: BatchResult
    refused: tuple[str, ...] = ()
    ended: float = field(default_factory=time.time)


class EventSource:
    """Polls with as many threads as the mapping allows invocations at once, so that nothing is ever throttled.

    A message that is kept becomes visible when the queue's time-out ends, or when the function changed it; how often it may
    come back, and where it goes then, is the queue's redrive policy. ``wait`` is the long poll in seconds.
    ``observe`` receives every delivery, from the poller's thread. ``enabled`` is asked every second, as Lambda looks at
    the mapping's state: while it says no, no message is taken.
    """

    def __init__(
        self,
        sqs: Any,
        queue_url: str,
        mapped: Mapped,
        function: Invokable,
        *,
        wait: int = 2,
        observe: Callable[[Delivery], None] = lambda _delivery: None,
        enabled: Callable[[], bool] = lambda: True,
    ) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._mapped = mapped
        self._function = function
        self._wait = wait
        self._observe = observe
        self._ask_enabled = enabled
        self._enabled = (0.0, True)
        self._stop = threading.Event()
        self._under_way = 0
        self._open: set[object] = set()
        self._still: set[threading.Thread] = set()
        self._asking = threading.Lock()
        self._complaint = ""
        self._guard = threading.Condition()
        count = mapped.maximum_concurrency or DEFAULT_POLLERS
        self._pollers = [threading.Thread(target=self._poll, daemon=True, name=f"poller-{n}") for n in range(count)]

    def start(self) -> None:
        """Start the pollers."""
        for poller in self._pollers:
            poller.start()

    def stop(self, patience: float = 10.0) -> None:
        """Take no further messages; wait for the batches under way, at most ``patience`` seconds.

        A long poll that is still open ends by itself; what it brings goes back to the queue.
        """
        self._stop.set()
        with self._guard:
            self._guard.wait_for(lambda: not self._under_way, patience)

    def await_open_receives(self, patience: float = 30.0) -> None:
        """Return when every receive that is open now has ended. Raise ``TimeoutError`` after ``patience`` seconds.

        A receive that waits gives what it brings the visibility time-out that the queue had when it began: after a change of
        the queue's attributes, what is sent from here on has the new ones.
        """
        with self._guard:
            before = set(self._open)
            if not self._guard.wait_for(lambda: self._stop.is_set() or not before & self._open, patience):
                raise TimeoutError(f"a receive on {self._queue_url} is still open after {patience:g} s")

    def await_standstill(self, patience: float = 30.0) -> None:
        """Return when every poller has seen that the mapping is disabled: from here on no message is taken.

        Raise ``TimeoutError`` after ``patience`` seconds.
        """
        with self._guard:
            if not self._guard.wait_for(lambda: len(self._still) == len(self._pollers), patience):
                raise TimeoutError(f"the pollers of {self._queue_url} still take messages after {patience:g} s")

    def _poll(self) -> None:
        while not self._stop.is_set():
            try:
                if not self._may_poll():
                    self._stop.wait(0.2)
                    continue
                messages = self._collect()
                if messages:
                    self._deliver_or_hand_back(messages)
            except (BotoCoreError, ClientError) as error:
                self._complain(str(error))
                self._stop.wait(0.5)  # Lambda keeps trying, and so do we
            except RuntimeError:
                if not self._stop.is_set():
                    raise  # a closed function while the loop runs is a mistake of ours

    def _may_poll(self) -> bool:
        enabled = self._is_enabled()
        with self._guard:
            (self._still.discard if enabled else self._still.add)(threading.current_thread())
            self._guard.notify_all()
        return enabled

    def _is_enabled(self) -> bool:
        with self._asking:  # one at a time: an answer that is late must not replace a newer one
            asked, answer = self._enabled
            if time.monotonic() - asked >= ASK_STATE_SECONDS:
                answer = self._ask_enabled()
                self._enabled = (time.monotonic(), answer)
            return answer

    def _complain(self, text: str) -> None:
        """Say a new trouble with the queue once; what happens while everything is being ended is no trouble."""
        if text != self._complaint and not self._stop.is_set():
            self._complaint = text
            say(f"the event source loop has trouble with its queue and keeps trying: {text}")

    def _deliver_or_hand_back(self, messages: list[dict[str, Any]]) -> None:
        with self._guard:
            stopped = self._stop.is_set()
            self._under_way += 0 if stopped else 1
        if stopped:
            self._hand_back(messages)
            return
        try:
            self._deliver(messages)
        finally:
            with self._guard:
                self._under_way -= 1
                self._guard.notify_all()

    def _collect(self) -> list[dict[str, Any]]:
        """Gather up to a batch: until it is full or, from the first message on, the window is over."""
        messages = self._receive(min(self._mapped.batch_size, RECEIVE_LIMIT), self._wait)
        deadline = time.monotonic() + self._mapped.window
        while messages and len(messages) < self._mapped.batch_size and not self._stop.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                break
            wanted = min(self._mapped.batch_size - len(messages), RECEIVE_LIMIT)
            messages += self._receive(wanted, min(self._wait, int(left)))
            self._stop.wait(min(0.05, left))
        return messages

    def _receive(self, count: int, wait: int) -> list[dict[str, Any]]:
        with self._opened():
            answer = self._sqs.receive_message(
                QueueUrl=self._queue_url,
                MaxNumberOfMessages=count,
                WaitTimeSeconds=wait,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        return list(answer.get("Messages", []))

    @contextmanager
    def _opened(self) -> Iterator[None]:
        mine = object()
        with self._guard:
            self._open.add(mine)
        try:
            yield
        finally:
            with self._guard:
                self._open.discard(mine)
                self._guard.notify_all()

    def _deliver(self, messages: list[dict[str, Any]]) -> None:
        handles = {message["MessageId"]: message["ReceiptHandle"] for message in messages}
        records = [record(message, self._mapped.queue_arn) for message in messages]
        for ids, payload in batches(records):
            invocation = self._function.invoke(payload)
            answer = invocation.payload if invocation.problem is None else None
            result = judge(ids, answer, reports_failures=self._mapped.reports_failures)
            refused: list[str] = []
            try:
                refused += self._delete(result.deleted, handles)
            finally:  # observed also when the answer to the deletion is lost
                self._observe(Delivery(tuple(ids), invocation, result, tuple(refused)))

    def _delete(self, message_ids: Sequence[str], handles: Mapping[str, str]) -> Iterator[str]:
        """Delete; yield what the queue refused, because the message had come back and was received again."""
        for begin in range(0, len(message_ids), RECEIVE_LIMIT):
            some = message_ids[begin : begin + RECEIVE_LIMIT]
            entries = [{"Id": str(number), "ReceiptHandle": handles[one]} for number, one in enumerate(some)]
            answer = self._sqs.delete_message_batch(QueueUrl=self._queue_url, Entries=entries)
            yield from (some[int(failed["Id"])] for failed in answer.get("Failed", []))

    def _hand_back(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            self._sqs.change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
