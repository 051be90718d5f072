"""Living with others: a quota that somebody else takes half of, then all, then leaves; and the light load of an ordinary day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.verdict import Check, Finding
from bench.virtual import TRANSFER, Load, Run, run
from local.virtual import Cloud
from local.virtual.cloud import BEGINS

MINUTE = 60.0
HALF, ALL, END = 5 * MINUTE, 15 * MINUTE, 30 * MINUTE
#: The light load: requests a second, and how many.
LIGHT, REQUESTS = 0.2, 600
#: What others leave over that we at least take, while they take half.
SHARE = 0.8


@dataclass
class Other:
    """A caller of the same quota who does not hold back: half of it until ``HALF``, all until ``ALL``, then nothing."""

    rate: float
    taken: int = 0

    def plan(self, cloud: Cloud) -> None:
        for at in self._calls():
            cloud.loop.at(BEGINS + at, self._call, cloud)

    def _calls(self) -> Iterator[float]:
        yield from (number / (self.rate / 2) for number in range(int(HALF * self.rate / 2)))
        every = 1 / (4 * self.rate)  # four times the quota: whatever there is, it gets nearly all
        yield from (HALF + number * every for number in range(int((ALL - HALF) / every)))

    def _call(self, cloud: Cloud) -> None:
        self.taken += cloud.connect.quotas.admits(TRANSFER, cloud.loop.now)


def shared(step: Callable[[str], None]) -> Finding:
    """A backlog that lasts, and a neighbour."""
    step("a shared quota")
    other = Other(2.0)
    load = Load(3000, others=other.plan)
    done = run(load)
    found = Finding("shared", "A quota shared with somebody who does not hold back (2/s, virtual clock)")
    spans = {
        "the other takes half": (0.0, HALF),
        "the other takes all": (HALF, ALL),
        "the other is gone": (ALL, END),
    }
    for what, (begins, ends) in spans.items():
        ours = sum(begins <= at < ends for at in done.transfers_at)
        found.rows.append(
            {
                "phase": what,
                "minutes": (ends - begins) / MINUTE,
                "our transfers a second": round(ours / (ends - begins), 3),
            }
        )
    recovered = _recovery(done, load.rate)
    found.data["transfers_at"] = done.transfers_at
    found.notes.append(
        f"Back at 95 % of the pace {recovered:.0f} s after the other stops. {done.throttled[TRANSFER]} of"
        f" {done.calls[TRANSFER]} calls were throttled, and no request was lost by it."
    )
    found.checks = [
        Check("seconds until 95 % of the pace is ours again", recovered, 300.0),
        Check("lost, twice or wrongly failed", done.failed_wrongly + done.twice + done.left, 0),
        Check("receives a message", done.receives, 1.2),
    ]
    return found


def _recovery(done: Run, rate: float) -> float:
    """Seconds after the other has gone from which on every minute has 95 % of the pace."""
    after = [at - ALL for at in done.transfers_at if at >= ALL]
    for begins in range(0, int(END - ALL), 5):
        if sum(begins <= at < begins + MINUTE for at in after) >= 0.95 * rate * MINUTE:
            return float(begins)
    return END - ALL


def light(step: Callable[[str], None]) -> Finding:
    """One request now and then: how long after it was sent its TransferContact is carried out."""
    step("a light load")
    done = run(Load(REQUESTS, spread=LIGHT))
    # the calls themselves: the same requests where environments and looks into the queue take no time
    bare = run(Load(REQUESTS, spread=LIGHT, init_seconds=0.0, poll_seconds=(0.0, 0.0)))
    p50, p99 = done.wait(50), done.wait(99)
    found = Finding("light", f"An ordinary day: {LIGHT:g} requests a second (virtual clock)")
    found.rows = [
        {
            "from request to transfer": f"p{percent}",
            "seconds": round(done.wait(percent), 3),
            "the calls alone": round(bare.wait(percent), 3),
            "over them": round(done.wait(percent) / bare.wait(percent), 2),
        }
        for percent in (1, 50, 99)
    ]
    found.notes.append(
        "The calls alone: the ledger, DescribeContact and TransferContact's way to Connect, one after another. What is on top is Lambda's"
        " look into the queue, and a cold start now and then; pacing and ledger add no wait of their own."
    )
    found.checks = [
        Check("p50, seconds", p50, 0.5),
        Check("p99, seconds", p99, 1.5),
        Check("throttled calls", done.throttled.total(), 0),
    ]
    return found
