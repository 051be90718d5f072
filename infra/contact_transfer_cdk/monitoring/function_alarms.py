"""Alarms on the functions themselves: one failure is a ticket, failing without end wakes somebody."""

from __future__ import annotations

from collections.abc import Iterator

from contact_transfer_cdk.monitoring.alarm import Alarm, Measure, Severity, Text, Watched
from contact_transfer_cdk.settings.model import DeploymentSettings

SECTION = "A function fails"
#: Functions without which no request gets further.
CARRYING = ("worker", "flow")
#: A single message comes back every six minutes at the latest, so a function that fails each time shows in every period.
LASTING_MINUTES, LASTING_PERIODS = 15, 3


def function_alarms(settings: DeploymentSettings, watched: Watched) -> Iterator[Alarm]:
    """Errors and throttles of each function, and runs of the worker that reach their time-out."""
    for role, name in watched.functions.items():
        carrying = role in CARRYING
        logs = f"read the log group /contact-transfer/{settings.name}/{role}, newest lines first."
        yield Alarm(
            f"{role}-errors",
            Severity.TICKET,
            Text(SECTION, f"The {role} function ended with an error or a time-out. Its work is tried again.", logs),
            _lambda("Errors", name),
        )
        if carrying:
            yield _lasting(f"{role}-failing", name, f"The {role} function has been failing for half an hour.", logs)
        yield Alarm(
            f"{role}-throttled",
            Severity.PAGE if carrying else Severity.TICKET,
            Text(
                SECTION,
                f"Lambda has been throttling the {role} function for half an hour: the account's concurrency is used up.",
                "free concurrency, raise the account's quota, or reserve some for the function.",
            ),
            _lambda("Throttles", name, minutes=LASTING_MINUTES),
            periods=LASTING_PERIODS,
        )
        if role == "worker":
            yield _time_outs(settings, name, logs)


def _lasting(alarm: str, function: str, happened: str, logs: str) -> Alarm:
    do = (
        f"{logs} If it began with a deployment, roll back. `transfers pause` stops the worker; nothing is lost by that."
    )
    return Alarm(
        alarm,
        Severity.PAGE,
        Text(SECTION, happened, do),
        _lambda("Errors", function, minutes=LASTING_MINUTES),
        periods=LASTING_PERIODS,
    )


def _time_outs(settings: DeploymentSettings, function: str, logs: str) -> Alarm:
    return Alarm(
        "worker-timeouts",
        Severity.TICKET,
        Text(SECTION, "The worker ran until its time-out. Requests may be in doubt for a while.", logs),
        Measure("AWS/Lambda", "Duration", {"FunctionName": function}, "Maximum"),
        threshold=(settings.sizing.worker_timeout_seconds - 1) * 1000,
    )


def _lambda(metric: str, function: str, minutes: int = 5) -> Measure:
    return Measure("AWS/Lambda", metric, {"FunctionName": function}, minutes=minutes)
