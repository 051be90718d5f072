"""A shared quota: another caller uses half of it, then all, then stops. On the virtual clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from statistics import median

from bench.finding import Check, Finding
from bench.load import Load, Run
from bench.virtual import TRANSFER, run
from local.virtual import Cloud
from local.virtual.cloud import BEGINS

MINUTE = 60.0
HALF, ALL, END = 5 * MINUTE, 15 * MINUTE, 30 * MINUTE
RATE, SEEDS = 2.0, 5
#: What the other caller does, from when until when.
ASKING_HALF, ASKING_ALL = "uses half", "uses all"
PHASES = {ASKING_HALF: (0.0, HALF), ASKING_ALL: (HALF, ALL), "has stopped": (ALL, END)}
#: The column of what was throttled.
THROTTLED = "of our calls throttled"
#: How much of the quota the other caller tries to use in the two phases. It never repeats a throttled call.
ASKS_HALF, ASKS_ALL = 0.5, 4.0
#: Limits. While it uses half: the part of the rest that we take, the part of its own calls that get through, and the part of ours that
#: are throttled. While it uses all: our calls, as a part of the quota. Afterwards: seconds until the pace is ours again, and the part
#: of our calls that are throttled from then on.
TAKEN, GRANTED, THROTTLED_HALF, ASKED_ALL, RECOVERED, THROTTLED_AFTER = 0.95, 0.5, 0.15, 0.25, 60.0, 0.01
#: The pace counts as ours again once every following minute has this part of it.
PACE = 0.95


@dataclass
class Other:
    """Another caller of the same quota, which does not pace itself.

    Attributes:
        rate: the quota, in calls a second.
        asked: when it called, in seconds.
        got: when its calls got through.
    """

    rate: float
    asked: list[float] = field(default_factory=list)
    got: list[float] = field(default_factory=list)

    def plan(self, cloud: Cloud) -> None:
        """Plan all its calls before the cloud starts."""
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


def measure(step: Callable[[str], None]) -> Finding:
    """Return how a long backlog and another caller share the quota, over several seeds. ``step`` shows progress."""
    lives = []
    for seed in range(1, SEEDS + 1):
        step(f"a shared quota, {seed} of {SEEDS}")
        other = Other(RATE)
        lives.append(_Life(run(Load(3000, rate=RATE, others=other.plan, seed=seed)), other))
    found = Finding("shared", f"A quota shared with a caller that does not pace itself ({RATE:g}/s, virtual clock)")
    for what, (begins, ends) in PHASES.items():
        phases = [life.phase(begins, ends) for life in lives]
        middle = {name: round(median(phase[name] for phase in phases), 3) for name in phases[0]}
        found.rows.append({"the other caller": what, "minutes": (ends - begins) / MINUTE, **middle})
    found.notes += [_seen(lives), LIMITS]
    found.checks = list(_checks(lives))
    return found


LIMITS = (
    f"Limits, kept by every seed: while it uses half, we take at least {TAKEN:.0%} of the rest, at least {GRANTED:.0%} of its calls get"
    f" through and at most {THROTTLED_HALF:.0%} of ours are throttled; while it uses all, we make at most {ASKED_ALL:.0%} of the"
    f" quota's calls; the pace is ours again within {RECOVERED:g} s, with at most {THROTTLED_AFTER:.0%} of our calls throttled from"
    " then on."
)


def _seen(lives: list[_Life]) -> str:
    granted, recovered = [life.granted for life in lives], [life.recovery for life in lives]
    calls, throttled = (sum(times) for times in zip(*(life.total for life in lives), strict=True))
    return (
        f"Medians of {SEEDS} seeds. The other caller calls at even intervals and never repeats a throttled call. While it uses half it"
        f" gets between {min(granted):.0%} and {max(granted):.0%} of its calls through, depending on chance. {throttled:,} of our"
        f" {calls:,} calls were throttled ({throttled / calls:.1%}); no request was lost. Once it stops, the pace is ours again after"
        f" {median(recovered):g} s ({max(recovered):g} s at most): from then on every 60 seconds have at least {PACE:.0%} of it."
    )


def _checks(lives: list[_Life]) -> Iterator[Check]:
    half, everything = ([life.phase(*PHASES[what]) for life in lives] for what in (ASKING_HALF, ASKING_ALL))
    least = TAKEN * (1 - ASKS_HALF) * RATE
    wrong = sum(life.done.failed_wrongly + life.done.twice + life.done.left for life in lives)
    yield Check("half used: what is left, taken", min(_each(half, "we get /s")), least, "/s", least=True)
    granted = round(min(life.granted for life in lives), 3)
    yield Check("half used: its calls that get through", granted, GRANTED, least=True)
    yield Check("half used: of our calls throttled", max(_each(half, THROTTLED)), THROTTLED_HALF)
    yield Check("all used: our calls, of the quota", max(_each(everything, "our calls /s")) / RATE, ASKED_ALL)
    yield Check("until the pace is ours again", max(life.recovery for life in lives), RECOVERED, " s")
    after = round(max(life.throttled_after for life in lives), 4)
    yield Check("from then on: of our calls throttled", after, THROTTLED_AFTER)
    yield Check("lost, twice or wrongly failed", wrong, 0)
    yield Check("receives a message", round(max(life.done.receives for life in lives), 3), 1.2)


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
        """Return the calls a second between two moments, of both sides."""
        times = (self.other.asked, self.other.got, self.done.called_at[TRANSFER], self.done.transfers_at)
        asked, got, we_ask, we_get = (_within(one, begins, ends) / (ends - begins) for one in times)
        throttled = _within(self.done.throttled_at[TRANSFER], begins, ends) / (ends - begins)
        return {
            "its calls /s": asked,
            "it gets /s": got,
            "our calls /s": we_ask,
            "we get /s": we_get,
            "both, of the quota": (got + we_get) / RATE,
            THROTTLED: throttled / we_ask,
        }

    @property
    def granted(self) -> float:
        """The part of the other caller's calls that get through while it uses half."""
        half = self.phase(*PHASES[ASKING_HALF])
        return half["it gets /s"] / half["its calls /s"]

    @property
    def recovery(self) -> float:
        """Seconds after the other caller stopped from which on every minute has ``PACE`` of the pace."""
        recovered = 0.0
        for begins in range(0, int(END - ALL - MINUTE), 5):
            if _within(self.done.transfers_at, ALL + begins, ALL + begins + MINUTE) < PACE * RATE * MINUTE:
                recovered = begins + 5.0
        return recovered

    @property
    def throttled_after(self) -> float:
        """The part of our calls that were throttled from then on."""
        begins, done = ALL + self.recovery, self.done
        return _within(done.throttled_at[TRANSFER], begins, inf) / _within(done.called_at[TRANSFER], begins, inf)


def _within(times: list[float], begins: float, ends: float) -> int:
    return sum(begins <= at < ends for at in times)
