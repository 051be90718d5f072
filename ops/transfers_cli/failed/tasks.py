"""Moves that SQS makes by itself (message move tasks): for everything at once, at a rate, without this process.

The destination is always named: messages that were **sent** to a dead-letter queue, as the worker does, have no source that
SQS could send them back to. Not verified on AWS: no emulator has these calls; the tests hold them to botocore's model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from transfers_cli.errors import Exit, Stop

#: Messages a second that a task takes at most. Source: StartMessageMoveTask, MaxNumberOfMessagesPerSecond.
FASTEST = 500
_UNKNOWN = frozenset({"InvalidAction", "UnknownOperationException", "UnknownOperation", "UnsupportedOperation", "501"})


class Tasks:
    """The tasks of one dead-letter queue. Raises ``Stop`` where there are no such tasks."""

    def __init__(self, sqs: Any, source_arn: str) -> None:
        self._sqs = sqs
        self._source_arn = source_arn

    def start(self, destination_arn: str, rate: int | None) -> str:
        """Start to move everything; answer the task's handle."""
        optional = {} if rate is None else {"MaxNumberOfMessagesPerSecond": min(FASTEST, max(1, rate))}
        answer = self._call("start_message_move_task", DestinationArn=destination_arn, **optional)
        return str(answer["TaskHandle"])

    def latest(self) -> list[Mapping[str, Any]]:
        """The latest tasks, newest first; at most ten."""
        return list(self._call("list_message_move_tasks", MaxResults=10).get("Results", []))

    def cancel(self, handle: str) -> int:
        """Stop a task; answer how many messages it has moved. They stay moved."""
        try:
            answer = self._sqs.cancel_message_move_task(TaskHandle=handle)
        except ClientError as error:
            raise self._explained(error) from error
        return int(answer.get("ApproximateNumberOfMessagesMoved", 0))

    def _call(self, operation: str, **given: Any) -> Any:
        try:
            return getattr(self._sqs, operation)(SourceArn=self._source_arn, **given)
        except ClientError as error:
            raise self._explained(error) from error

    def _explained(self, error: ClientError) -> Exception:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if (
            code.rpartition(".")[2] in _UNKNOWN
            or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 501
        ):
            return Stop(
                "This AWS endpoint has no message move tasks; redrive from here: leave --server-side out.",
                Exit.UNREACHABLE,
            )
        return error
