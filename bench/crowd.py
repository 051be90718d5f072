"""Living with others: a quota that somebody else takes half of, then all, then leaves; and the light load of an ordinary day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from statistics import median, quantiles

from bench.verdict import Check, Finding
from bench.virtual import INIT_SECONDS, TRANSFER, Load, Run, run
from local.virtual import Cloud
from local.virtual.cloud import BEGINS

MINUTE = 60.0
HALF, ALL, END = 5 * MINUTE, 15 * MINUTE, 30 * MINUTE
RATE, SEEDS = 2.0, 5
#: What the other does, from when until when.
ASKING_HALF, ASKING_ALL = "asks for half", "asks for all"
PHASES = {ASKING_HALF: (0.0, HALF), ASKING_ALL: (HALF, ALL), "is gone": (ALL, END)}
#: The column of what was throttled.
THROTTLED = "of our calls throttled"
#: The light load: requests a second, and how many.
LIGHT, REQUESTS = 0.2, 600
#: How much of the quota the other asks for, in the phase of half and in that of all. He never repeats a call that was throttled.
ASKS_HALF, ASKS_ALL = 0.5, 4.0
#: Checks, which are ours: the part of the quota that he does not ask for, as far as we take it; the part of what he asks for
#: that he gets; calls of ours that are throttled meanwhile; how often we ask while he takes all, as a part of the quota; seconds
#: until the pace is ours again, and which part of the calls may be throttled from then on.
TAKEN, GRANTED, THROTTLED_HALF, ASKED_ALL, RECOVERED, THROTTLED_AFTER = 0.95, 0.5, 0.15, 0.25, 60.0, 0.01
#: The pace counts as ours again from the moment on after which every minute of the measure has this part of it.
PACE = 0.95


@dataclass
class Other:
    """A caller of the same quota who does not hold back. ``asked`` and ``got``: when he called, and when he was let in (seconds)."""

    rate: float
    asked: list[float] = field(default_factory=list)
    got: list[float] = field(default_factory=list)

    def plan(self, cloud: Cloud) -> None:
        for at in self._calls():
            cloud.loop.at(BEGINS + at, self._call, cloud, at)

    def _calls(self) -> Iterator[float]:
        for begins, ends, part in ((0.0, HALF, ASKS_HALF), (HALF, ALL, ASKS_ALL)):
            every = 1 / (part * self.rate)
            yield from (begins + number * every for number in range(round((ends - begins) / every)))

    def _call(self, cloud: Cloud, at: float) -> None:
        self.asked.append(at)
        if cloud.connect.quotas.admits(TRANSFER, cloud.loop.now):
            self.got.append(at)


def shared(step: Callable[[str], None]) -> Finding:
    """A backlog that lasts, and a neighbour; over seeds, for who comes first to a token is a matter of chance."""
    lives = []
    for seed in range(1, SEEDS + 1):
        step(f"a shared quota, {seed} of {SEEDS}")
        other = Other(RATE)
        lives.append(_Life(run(Load(3000, rate=RATE, others=other.plan, seed=seed)), other))
    found = Finding("shared", f"A quota shared with somebody who does not hold back ({RATE:g}/s, virtual clock)")
    for what, (begins, ends) in PHASES.items():
        phases = [life.phase(begins, ends) for life in lives]
        middle = {name: round(median(phase[name] for phase in phases), 3) for name in phases[0]}
        found.rows.append({"the other": what, "minutes": (ends - begins) / MINUTE, **middle})
    half, everything = ([life.phase(*PHASES[what]) for life in lives] for what in (ASKING_HALF, ASKING_ALL))
    granted = [phase["he gets /s"] / phase["he asks /s"] for phase in half]
    recovered, after = [life.recovery for life in lives], [life.throttled_after for life in lives]
    calls, throttled = (sum(times) for times in zip(*(life.total for life in lives), strict=True))
    shown = sorted(lives, key=lambda life: life.phase(*PHASES[ASKING_HALF])["he gets /s"])[SEEDS // 2]
    found.data |= {"ours_at": shown.done.transfers_at, "other_at": shown.other.got, "rate": RATE}
    found.notes += [
        (
            f"Medians of {SEEDS} seeds. The other caller calls at even intervals and never repeats a throttled call. While it asks for"
            f" half it gets between {min(granted):.0%} and {max(granted):.0%} of it, depending on chance: a call just after another"
            f" finds no token. {throttled:,} of our {calls:,} calls were throttled ({throttled / calls:.1%}), and no"
            " request was lost by it."
        ),
        (
            f"{median(recovered):g} s after he stops ({max(recovered):g} s at most) the pace is ours again: from then on every 60 seconds"
            f" have at least {PACE:.0%} of it ({PACE * RATE * MINUTE:g} transfers)."
        ),
        (
            "Limits, of our own choice and kept by every seed: while he asks for half, we take at least"
            f" {TAKEN:.0%} of what he does not ask for, he gets at least {GRANTED:.0%} of what he asks for, and at most"
            f" {THROTTLED_HALF:.0%} of our calls are throttled; while he asks for all, we ask for at most {ASKED_ALL:.0%} of the quota;"
            f" the pace is ours again within {RECOVERED:g} s, and from then on at most {THROTTLED_AFTER:.0%} of our calls are throttled."
        ),
    ]
    least = TAKEN * (1 - ASKS_HALF) * RATE
    wrong = sum(life.done.failed_wrongly + life.done.twice + life.done.left for life in lives)
    found.checks = [
        Check("half asked for: what he leaves, taken", min(_each(half, "we get /s")), least, "/s", least=True),
        Check("half asked for: he gets of what he asks for", round(min(granted), 3), GRANTED, least=True),
        Check("half asked for: of our calls throttled", max(_each(half, THROTTLED)), THROTTLED_HALF),
        Check("all asked for: our calls, of the quota", max(_each(everything, "we ask /s")) / RATE, ASKED_ALL),
        Check("until the pace is ours again", max(recovered), RECOVERED, " s"),
        Check("from then on: of our calls throttled", round(max(after), 4), THROTTLED_AFTER),
        Check("lost, twice or wrongly failed", wrong, 0),
        Check("receives a message", round(max(life.done.receives for life in lives), 3), 1.2),
    ]
    return found


def _each(phases: list[dict[str, float]], name: str) -> list[float]:
    return [round(phase[name], 4) for phase in phases]


@dataclass(frozen=True)
class _Life:
    """One run beside the other."""

    done: Run
    other: Other

    @property
    def total(self) -> tuple[int, int]:
        """Our calls, and those of them that were throttled."""
        return self.done.calls[TRANSFER], self.done.throttled[TRANSFER]

    def phase(self, begins: float, ends: float) -> dict[str, float]:
        """Calls a second between two moments, his and ours."""
        times = (self.other.asked, self.other.got, self.done.called_at[TRANSFER], self.done.transfers_at)
        asked, got, we_ask, we_get = (_within(one, begins, ends) / (ends - begins) for one in times)
        throttled = _within(self.done.throttled_at[TRANSFER], begins, ends) / (ends - begins)
        return {
            "he asks /s": asked,
            "he gets /s": got,
            "we ask /s": we_ask,
            "we get /s": we_get,
            "both, of the quota": (got + we_get) / RATE,
            THROTTLED: throttled / we_ask,
        }

    @property
    def recovery(self) -> float:
        """Seconds after the other has gone from which on every minute, until the measure ends, has ``PACE`` of the pace."""
        recovered = 0.0
        for begins in range(0, int(END - ALL - MINUTE), 5):
            if _within(self.done.transfers_at, ALL + begins, ALL + begins + MINUTE) < PACE * RATE * MINUTE:
                recovered = begins + 5.0
        return recovered

    @property
    def throttled_after(self) -> float:
        """The part of the calls that was throttled from then on."""
        begins, done = ALL + self.recovery, self.done
        return _within(done.throttled_at[TRANSFER], begins, inf) / _within(done.called_at[TRANSFER], begins, inf)


def _within(times: list[float], begins: float, ends: float) -> int:
    return sum(begins <= at < ends for at in times)


def light(step: Callable[[str], None]) -> Finding:
    """One request now and then: how long after it was sent its TransferContact is carried out, and what that time is made of."""
    step("a light load")
    done = run(Load(REQUESTS, spread=LIGHT))
    ways = done.ways
    parts = {
        "from request to transfer": [way.whole for way in ways],
        "the calls alone": [way.calls for way in ways],
        "until the worker has it": [way.queued for way in ways],
        "waits of our own": [way.own for way in ways],
    }
    found = Finding("light", f"An ordinary day: {LIGHT:g} requests a second (virtual clock)")
    for percent in (50, 99):
        row = {name: quantiles(values, n=100)[percent - 1] for name, values in parts.items()}
        over = row["from request to transfer"] / row["the calls alone"]
        found.rows.append(
            {
                "seconds": f"p{percent}",
                **{name: round(value, 3) for name, value in row.items()},
                "over calls": round(over, 2),
            }
        )
    row = {name: max(values) for name, values in parts.items()}
    found.rows.append({"seconds": "most", **{name: round(value, 3) for name, value in row.items()}, "over calls": None})
    p50, p99 = (row["from request to transfer"] for row in found.rows[:2])
    began = sum(way.queued >= INIT_SECONDS for way in ways)
    found.notes.append(
        f"Of the same {len(ways)} requests, each column by itself. The calls alone: the time that the calls to the ledger and to Connect"
        " took one after another, added up from each request's own, TransferContact's only to the moment in which Connect carries it"
        " out. Until the worker has it: Lambda's look into the queue, and"
        f" {began} times a new environment. Waits of our own: whatever is between the calls, the pace's too. Computing takes no time on"
        " this clock; how much it takes is under 'CPU and calls'."
    )
    found.checks = [
        Check("p50", p50, 0.5, " s"),
        Check("p99", p99, 1.5, " s"),
        Check("the longest wait of our own", round(row["waits of our own"], 3), 0.001, " s"),
        Check("throttled calls", done.throttled.total(), 0),
    ]
    return found
