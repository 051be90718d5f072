"""What a probe must find, judged by the switches that were drawn and by what the simulator really did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local.connect.model.switches import Ended, Limit, Replay
from tests.probe.draws import Draw, Stage
from transfers_cli.probe.behaviours import REPLAYS
from transfers_cli.probe.experiments.tokens import (
    CONFLICT,
    FIRST_ANSWER,
    FORGOTTEN,
    FREE,
    REFUSED,
    SECOND_TRANSFER,
    SPENT,
)
from transfers_cli.probe.findings import Finding, Span, State
from transfers_cli.probe.probe import Result

#: Times are compared to the microsecond that records are rounded to, and sums of floats.
_EXACT = 0.002
_INVALID, _NOT_FOUND = "400 InvalidRequestException", "404 ResourceNotFoundException"
_FIXED = {
    "lineage.fields": "yes",
    "answers.agree": "yes",
    "email.transferred": "yes",
    "rejection.both-destinations": _INVALID,
    "rejection.flow-type": _INVALID,
    "rejection.unknown-contact": _NOT_FOUND,
    "rejection.unknown-flow": _NOT_FOUND,
    "rejection.unknown-queue": _NOT_FOUND,
    "rejection.unknown-user": _NOT_FOUND,
    "region.wrong": _INVALID,
}


def wrong(draw: Draw, stage: Stage, result: Result) -> Iterator[str]:
    """What is not right about the result of a probe, a sentence for each."""
    if result.seconds > draw.budget * 60:
        yield f"it took {result.seconds:.0f} s of {draw.budget * 60}"
    if left := stage.active():
        yield f"left behind: {', '.join(left)}; the probe says: {result.left}"
    for finding in result.findings:
        name = finding.behaviour.name
        if finding.state is State.UNEXPECTED and not (name == "answers.agree" and draw.faults):
            yield f"{name} is unexpected: {finding.sentence}"
        if finding.state is State.SETTLED and not _is_right(draw, stage, result, finding):
            yield f"{name} is {finding.value}: {finding.sentence}"


def _is_right(draw: Draw, stage: Stage, result: Result, finding: Finding) -> bool:
    name, switches = finding.behaviour.name, draw.switches
    if name in REPLAYS or name in {"old.another-token", "token.rejection"}:
        return finding.value == _token(switches, stage, result, finding)
    if name == "quota.transfers":
        throttled = any(one.status == 429 and one.operation == "TransferContact" for one in stage.connect.history.calls)
        return (finding.value == "yes") == throttled
    if name in _SPANS:
        return _holds(finding.value, _SPANS[name](switches))
    if name in _FIXED:
        return finding.value == _FIXED[name]
    if name == "list.page-size":
        size, (count, _, more) = switches["associated_page_size"], str(finding.value).partition(" ")
        return bool(size >= int(count) if more else size == int(count))
    return finding.value == _VALUES[name](switches)


def _token(switches: Mapping[str, Any], stage: Stage, result: Result, finding: Finding) -> str:
    """What the simulator did with the second of the two calls that the finding shows."""
    numbers = [n for n in finding.evidence if result.journal[n].operation == "TransferContact"]
    by_id = {call.request_id: call.time for call in stage.connect.history.calls}
    first, second = (by_id[str(result.journal[n].request_id)] for n in numbers)
    is_remembered = second - first < switches["token_forgotten_after"]
    is_active = second - first < switches["old_contact_active_for"]
    if finding.behaviour.name == "token.rejection":
        return SPENT if switches["token_remembers_rejection"] and is_remembered else FREE
    if finding.behaviour.name == "old.another-token":
        return SECOND_TRANSFER if is_active else REFUSED
    if is_remembered:
        return FIRST_ANSWER if switches["token_replay"] is Replay.FIRST_ANSWER else CONFLICT
    return SECOND_TRANSFER if is_active else FORGOTTEN


def _holds(value: Any, truth: float) -> bool:
    assert isinstance(value, Span)
    return value.least - _EXACT <= truth and (value.most is None or truth <= value.most + _EXACT)


def _named(switches: Mapping[str, Any]) -> str:
    if switches["answers_without_contact_id"]:
        return "no contact"
    return "old contact" if switches["answers_old_contact_id"] else "new contact"


def _known(switches: Mapping[str, Any], *names: str) -> float:
    return float(max(switches[name] for name in ("contact_known_after", *names)))


def _error(of: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda switches: _NOT_FOUND if switches[of] is Ended.NOT_FOUND else _INVALID


def _yes(of: str, *, if_set: bool = True) -> Callable[[Mapping[str, Any]], str]:
    return lambda switches: "yes" if switches[of] is if_set else "no"


_SPANS: Mapping[str, Callable[[Mapping[str, Any]], float]] = {
    "old.ended-after": lambda switches: float(switches["old_contact_active_for"]),
    "old.end-shown": lambda switches: float(switches["old_contact_active_for"] + switches["end_shown_after"]),
    "new.known": _known,
    "new.described": lambda switches: _known(switches, "contact_described_after"),
    "new.listed": lambda switches: float(switches["successor_listed_after"]),
    "new.destination": lambda switches: _known(switches, "contact_described_after", "destination_known_after"),
    "new.queued": lambda switches: float(switches["flow_seconds"]),
    "new.searched": lambda switches: float(switches["search_shows_after"]),
    "clock.ahead": lambda switches: float(switches["clock_ahead"]),
}
_VALUES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "answer.contact-id": _named,
    "lineage.method": lambda switches: str(switches["transfer_shows_as"]),
    "lineage.first-contact": _yes("initial_contact_names_itself"),
    "limit.twelfth": lambda switches: (
        "402 ServiceQuotaExceededException" if switches["transfer_limit_answers"] is Limit.QUOTA else _INVALID
    ),
    "limit.linked-task": _yes("linked_task_keeps_transfer_count"),
    "rejection.ended-contact": _error("ended_contact_answers"),
    "rejection.archived-flow": _error("unusable_flow_answers"),
    "rejection.unpublished-flow": _error("unusable_flow_answers"),
    "rejection.channel": lambda _: _INVALID,
    "ids.capitals": _yes("ids_in_any_case"),
    "ids.arns": _yes("arns_as_ids"),
    "state.paused": _yes("paused_contact_refused", if_set=False),
    "flow-only": _yes("flow_only_refused", if_set=False),
    "agent.shown": lambda switches: "the agent's own queue" if switches["agent_has_queue"] else "the agent",
}
