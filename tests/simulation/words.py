"""A scenario as a person reads it: what is asked for, what goes wrong and when, and whatever is not as it is by default."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import MISSING, fields

from contact_transfer.config.worker_settings import Settings
from local.connect.model import FaultKind
from local.connect.model.switches import Switches
from local.virtual import Sizing
from tests.simulation.scenario import Ask, Request, Scenario

_LONG_DELAYS = frozenset({FaultKind.LATE, FaultKind.SLOW})


def words(scenario: Scenario, only: frozenset[int] | None = None) -> list[str]:
    """The lines. ``only``: of the requests, these numbers."""
    rows = [
        *_requests(scenario, only),
        *_others(scenario),
        *_faults(scenario),
        *_differences(scenario),
    ]
    return [f"{kind:<10} {text}" for kind, text in rows]


Told = Iterator[tuple[str, str]]


def _requests(scenario: Scenario, only: frozenset[int] | None) -> Told:
    asks: dict[int, list[Ask]] = defaultdict(list)
    for ask in scenario.asks:
        asks[ask.request].append(ask)
    left = sorted(number for number in asks if only is None or number in only)
    for number in left:
        request = scenario.requests[number]
        yield f"request {number}", f"{_request(request, scenario)}; sent {', '.join(map(_sent, asks[number]))}"
    if len(left) < len(asks):
        yield "requests", f"that share no contact with these, and are left out here: {len(asks) - len(left)}"
    for loop in scenario.loops:
        yield (
            "loop",
            f"each transfer sets off route {loop.route} to queue {loop.queue} {loop.copies} times within {loop.seconds:g} s",
        )


def _request(request: Request, scenario: Scenario) -> str:
    if request.body is not None:
        return f"the text {request.body!r}"
    if request.cancels is not None:
        return "a cancellation: {} {!r}".format(*request.cancels)
    parts = [f"contact-{request.contact} ({scenario.contacts[request.contact]}) flow {request.flow}"]
    parts += [f"queue {request.queue}"] if request.queue is not None else []
    parts += [f"user {request.user}"] if request.user is not None else []
    parts += [f"route {request.route}"] if request.route is not None else []
    parts += [f"{request.priority} lane"] if request.priority is not None else []
    parts += ["only while it waits"] if request.waiting else []
    parts += [f"only while it is in queue {request.in_queue}"] if request.in_queue is not None else []
    parts += ["and what follows it"] if request.follow else []
    parts += [f"not before {request.not_before:g} s"] if request.not_before is not None else []
    parts += [] if request.after is None else ["{1} minutes after its event at {0} s".format(*request.after)]
    parts += [f"requestId {request.request_id}"] if request.request_id is not None else []
    parts += [f"expires at {request.expires_in:g} s"] if request.expires_in is not None else []
    parts += [f"{name} {value!r}" for name, value in request.extra]
    parts += [f"cannot be done: {' or '.join(sorted(request.codes))}"] if request.codes else []
    return ", ".join(parts)


def _sent(ask: Ask) -> str:
    how = [] if ask.form == "bare" else [ask.form]
    how += [] if ask.replay is None else ["replayed"]
    how += ["urgent queue"] if ask.urgent else []
    how += ["second deployment"] if ask.deployment else []
    return f"at {ask.at:.1f} s" + (f" ({', '.join(how)})" if how else "")


def _others(scenario: Scenario) -> Told:
    for doing in scenario.doings:
        what = doing.what if doing.what in ("archive", "restore") else f"{doing.what} of contact-{doing.contact}"
        yield "others", f"{what} at {doing.at:.1f} s"
    if scenario.redrives:
        yield "operator", f"sends back what is parked at {', '.join(f'{at:.1f} s' for at in scenario.redrives)}"
    for sweep in scenario.sweeps:
        yield (
            "sweep",
            f"of queue {sweep.queue} to {sweep.to} at {sweep.at:.1f} s, {sweep.limit} at most, {sweep.older} minutes old",
        )
    if scenario.active_tasks is not None:
        until, tasks = scenario.active_tasks
        yield "quota", f"no more than {tasks} active tasks until {until:.1f} s"


def _faults(scenario: Scenario) -> Told:
    for fault in scenario.faults:
        kind = f"{fault.kind} by {fault.seconds:.1f} s" if fault.seconds else str(fault.kind)
        about = f" for contact-{fault.contact.removeprefix('#')}" if fault.contact else ""
        when = _when(fault.begins, fault.ends, fault.probability)
        yield "fault", f"{fault.service} {_every(fault.operation)}{about}: {kind}, {when}"
    for one in scenario.connect_faults:
        kind = f"{one.kind} by {one.delay:.1f} s" if one.kind in _LONG_DELAYS else str(one.kind)
        ends = float("inf") if one.seconds is None else one.starts_after + one.seconds
        when = _when(one.starts_after, ends, one.probability)
        yield "fault", f"Connect {_every(one.operation)}: {kind}, {when}"


def _every(operation: str) -> str:
    return "(anything)" if operation == "*" else operation


def _when(begins: float, ends: float, probability: float) -> str:
    how_often = "always" if probability >= 1 else f"{probability:.0%} of the time"
    return f"{how_often} from {begins:.1f} s to {ends:.1f} s"


def _differences(scenario: Scenario) -> Told:
    usual = {entry.name: entry.default for entry in fields(Switches)}
    for name, value in scenario.switches:
        if value != usual.get(name):
            yield "switch", f"{name} {value}"
    standing = {entry.name: entry.default for entry in fields(Settings) if entry.default is not MISSING}
    for name, value in scenario.settings:
        if value != standing.get(name):
            yield "setting", f"{name} {value}"
    for entry in fields(Sizing):
        if (size := getattr(scenario.sizing, entry.name)) != entry.default:
            yield "function", f"{entry.name} {size}"
    for entry in fields(Scenario):
        if (
            entry.name in ("hours", "maximum_receives", "limit_from_first", "expired_stay")
            and getattr(scenario, entry.name) != entry.default
        ):
            yield "run", f"{entry.name} {getattr(scenario, entry.name)}"
