"""Where the requests of a sweep go: a queue, through a botocore SQS client, ten messages a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from contact_transfer.request.source import Source, mark

#: Messages of one SendMessageBatch. Source: SQS API reference. A request is far below a tenth of the 1 MiB of a call.
BATCH = 10


class NotSent(Exception):
    """SQS did not take every request: how many it took, and why not the rest."""


class RequestQueue:
    """One queue that takes requests."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, bodies: Sequence[str]) -> None:
        """Send every body, in order. Raise ``NotSent``; sending all of them again does no harm."""
        for start in range(0, len(bodies), BATCH):
            entries = [
                {"Id": str(number), "MessageBody": body, "MessageAttributes": mark(Source.SWEEP)}
                for number, body in enumerate(bodies[start : start + BATCH])
            ]
            try:
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            except ClientError as error:
                raise NotSent(
                    f"{start} of {len(bodies)} sent; {error.response.get('Error', {}).get('Code')}"
                ) from error
            except BotoCoreError as error:
                raise NotSent(f"{start} of {len(bodies)} sent; {type(error).__name__}") from error
            taken = len(answer.get("Successful", []))
            if taken != len(entries):
                failed = answer.get("Failed") or [{"Code": "an answer without Failed"}]
                raise NotSent(f"{start + taken} of {len(bodies)} sent; {failed[0].get('Code')}")
