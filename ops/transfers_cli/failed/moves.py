"""``transfers failed moves``: the moves that SQS makes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from transfers_cli import options, say
from transfers_cli.deployment import open_deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.failed.source import Confirmation, Source
from transfers_cli.failed.tasks import Tasks


def _tasks(source: Source) -> Tasks:
    return Tasks(source.found.aws("sqs"), source.found.queue_arn(source.url))


def start(source: Source, rate: float | None) -> None:
    """Have SQS move everything, at ``rate`` messages a second at most, and say how to follow it."""
    target = source.found.queue_arn(source.target_url)
    handle = _tasks(source).start(target, None if rate is None else round(rate))
    say.result(f"SQS moves them: {handle}")
    say.note("See how it goes: transfers failed moves. Stop it: transfers failed moves --cancel.")


def moves(
    *,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Stop the move under way; what was moved stays moved.")
    ] = False,
    yes: options.Yes = False,
    confirmation: Confirmation = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Show the moves that SQS makes by itself (redrive --server-side), and stop one."""
    found = open_deployment(deployment)
    tasks = _tasks(Source.of(found, confirmation=confirmation))
    latest = tasks.latest()
    if cancel:
        running = next((task for task in latest if task["Status"] == "RUNNING"), None)
        if running is None:
            raise Stop("No move is under way.", Exit.NOTHING)
        say.confirm("Stop the move under way?", yes=yes)
        say.result(f"Stopped after {say.count(tasks.cancel(running['TaskHandle']), 'message')}.")
    elif json:
        say.as_json({**found.place, "moves": [_as_dict(task) for task in latest]})
    else:
        columns = ("status", "started", "#moved", "#to move", "why it failed")
        rows = ([move[name] for name in _SHOWN] for move in map(_as_dict, latest))
        say.out.print(say.table("moves", columns, rows))


_SHOWN = ("status", "startedAt", "moved", "toMove", "failureReason")


def _as_dict(task: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "status": task["Status"],
        "startedAt": say.when(task["StartedTimestamp"] / 1000),
        "moved": task.get("ApproximateNumberOfMessagesMoved"),
        "toMove": task.get("ApproximateNumberOfMessagesToMove"),
        "failureReason": task.get("FailureReason"),
        "taskHandle": task.get("TaskHandle"),
    }
