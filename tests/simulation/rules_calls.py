"""Rules on what Connect was asked to do: at most once (b), and not faster than its quotas allow (e)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from contact_transfer.settings import DEFAULT_QUOTAS
from tests.simulation.case import Case


def twice(case: Case) -> Iterator[str]:
    """A contact or a name was transferred more than once, or a name had more than one token."""
    for contact, records in case.transfers.items():
        ours = [record for record in records if record.by == "TransferContact"]
        if len(ours) > 1:
            times = ", ".join(f"{one.time - case.evidence.began:.1f} s" for one in ours)
            yield f"contact {contact} was transferred {len(ours)} times, at {times}"
    yield from _names(case)
    yield from _tokens(case)


def _names(case: Case) -> Iterator[str]:
    by_name: dict[str, set[int]] = defaultdict(set)
    for wanted in case.evidence.wanted:
        name = wanted.request.request_id
        if name is not None:
            by_name[name] |= {record.number for record in case.made_by(wanted)}
    for name, made in by_name.items():
        if len(made) > 1:
            yield f"requestId {name} has transferred {len(made)} times"


def _tokens(case: Case) -> Iterator[str]:
    names: dict[tuple[str | None, ...], set[str | None]] = defaultdict(set)
    tokens: dict[tuple[str | None, ...], set[str | None]] = defaultdict(set)
    for wanted in case.evidence.wanted:
        target = wanted.target
        names[target.contact, target.flow, target.queue, target.user].add(wanted.request.request_id)
    for call in case.evidence.calls:
        if call.operation == "TransferContact":
            asked = tuple(call.ids.get(name) for name in ("ContactId", "ContactFlowId", "QueueId", "UserId"))
            tokens[asked].add(call.ids.get("ClientToken"))
    for key, seen in tokens.items():
        if key not in names:
            yield f"contact {key[0]} was asked to be transferred where nobody wanted it"
        elif len(seen) > len(names[key]) or None in seen:
            yield f"contact {key[0]}: one request was sent with {len(seen)} tokens"


def quota(case: Case) -> Iterator[str]:
    """The account's bucket, had it granted every call, would be deeper in debt than calls that overtake each other explain."""
    settings = case.evidence.settings
    workers = int(settings.get("maximum_concurrency", 2))
    own = {name: (quota.rate, quota.burst) for name, quota in DEFAULT_QUOTAS.items()}
    own["TransferContact"] = (settings["transfers_per_second"], settings["burst"])
    times: dict[str, list[float]] = defaultdict(list)
    for call in case.evidence.calls:
        times[call.operation].append(call.time)
    for operation, (rate, burst) in own.items():
        if rate < 1:
            continue  # a fresh environment that finds a fresh message owns a whole token, which is seconds of such a rate
        debt = _debt(sorted(times[operation]), rate, burst)
        allowed = workers + 2.0  # calls overtake each other on their way: one call each is rounding on the wire
        if case.evidence.scenario.sizing.recycle_after == 1:
            allowed += workers  # each environment that finds a fresh message owns a share of the burst, and here each message has its own
        if debt > allowed:
            yield f"{operation}: {debt:.1f} calls more than {rate:g}/s with a burst of {burst:g} admit ({allowed:.1f} are explained)"


def _debt(times: list[float], rate: float, burst: float) -> float:
    level, at, deepest = burst, times[0] if times else 0.0, 0.0
    for time in times:
        level = min(burst, level + (time - at) * rate) - 1
        at = time
        deepest = min(deepest, level)
    return -deepest
