"""What the service assumes of AWS: the rows of docs/assumptions.md, joined from the code's marks, the probe and the simulator.

A module of ``lambda_src`` that relies on an assumption says "assumed" there. ``ASSUMPTIONS`` gives each such mark a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from transfers_cli.probe.behaviours import BEHAVIOURS, REJECTIONS, REPLAYS

_ROOT = Path(__file__).parents[1]
_CODE = _ROOT / "lambda_src" / "contact_transfer"
_MARK = re.compile(r"\bassumed\b", re.IGNORECASE)
#: What is written about a table of the simulation's own.
_DISTANCE = "[distance to failure](reliability.md#distance-to-failure)"


@dataclass(frozen=True)
class Assumption:
    """``marks``: the module of each mark in the code, as often as it has one for this. ``wrong``: what happens if it does not hold.

    ``behaviours``: those of the probe that settle it. ``distance``: what the simulation stretches to see what happens, if it does.
    """

    name: str
    text: str
    wrong: str
    marks: tuple[str, ...] = ()
    behaviours: tuple[str, ...] = ()
    distance: str = ""

    @property
    def switches(self) -> tuple[str, ...]:
        """The simulator's switches that vary it."""
        return tuple(sorted({switch for name in self.behaviours for switch in BEHAVIOURS[name].switches}))


ASSUMPTIONS = (
    Assumption(
        "token-memory",
        "The same call with the same token does nothing a second time, as long as the old contact can be transferred.",
        "With `whenInDoubt` `repeat`, a lost answer may be followed by a second transfer. `wait` does not rely on it.",
        ("connect/responses.py", "ledger/records.py"),
        (*REPLAYS, "old.another-token"),
        "a token is remembered",
    ),
    Assumption(
        "token-after-refusal",
        "A token that was refused can be used again.",
        "A failed request that is sent again unchanged, once its cause is fixed, is refused again.",
        behaviours=("token.rejection",),
    ),
    Assumption(
        "shows-in-time",
        "The old contact's end, the successor and its destination show within `settleMinutes`, less a minute; for `follow`, within"
        " 15 s of the end.",
        "A lost answer ends as `OutcomeUnknown` although the contact was transferred; a `follow` finds no successor.",
        ("transfer/following.py", "transfer/reconciliation.py"),
        ("old.ended-after", "old.end-shown", "new.described", "new.listed", "new.destination"),
        "the successor shows late",
    ),
    Assumption(
        "new-contact-known",
        "A contact is known to every operation within a minute of its beginning.",
        "A request that is sent sooner fails as `ContactNotFound`.",
        behaviours=("new.known",),
    ),
    Assumption(
        "lineage",
        "A transfer makes one contact, which names the old one as its previous contact and has the method TRANSFER or QUEUE_TRANSFER.",
        "Lost answers and full chains are not recognised: `OutcomeUnknown`, `RejectedByConnect`.",
        ("connect/responses.py",),
        (
            "lineage.method",
            "lineage.fields",
            "lineage.first-contact",
            "answer.contact-id",
            "answers.agree",
            "list.page-size",
        ),
    ),
    Assumption(
        "agent-destination",
        "A contact that was transferred to an agent shows the agent, or the agent's own queue, whose id ends in the agent's.",
        "A lost answer of a transfer to an agent ends as `OutcomeUnknown`.",
        ("transfer/reconciliation.py",),
        ("agent.shown",),
    ),
    Assumption(
        "processing-time",
        "A call takes effect at most 30 s after AWS has let it in, which is at most five minutes after it was signed.",
        "A call that was taken for one without effect may have one: the contact is not called again while anything follows it.",
        ("ledger/records.py",),
        distance="a call takes effect late",
    ),
    Assumption(
        "clocks",
        "Before the first answer, a worker's clock is at most 120 s from Connect's.",
        "A lost answer before any other may end as `OutcomeUnknown`.",
        ("connect/connect_clock.py",),
        ("clock.ahead",),
        "clocks are apart",
    ),
    Assumption(
        "rejections",
        "TransferContact refuses with the documented codes; a full chain and used-up active tasks with 402.",
        "The failure code is `RejectedByConnect` in place of a more exact one.",
        behaviours=(*REJECTIONS, "limit.twelfth", "limit.active-tasks", "limit.linked-task", "region.wrong"),
    ),
    Assumption(
        "accepted",
        "Paused tasks, e-mails, transfers without queue and agent, and ids in lower case (never ARNs) are accepted; a queue's id"
        " is as long as a flow's.",
        "Such requests fail as `RejectedByConnect`.",
        ("request/fields.py",),
        ("state.paused", "state.after-contact-work", "flow-only", "email.transferred", "ids.capitals", "ids.arns"),
    ),
    Assumption(
        "waiting-contact",
        "A contact that an agent accepted does not wait any more, after-contact work and pauses included; one that was only offered does.",
        "A condition (`onlyIfWaiting`, `onlyIfInQueueId`) is judged wrongly.",
        ("transfer/rules.py",),
    ),
    Assumption(
        "contact-events",
        "Every contact event after the arrival carries its time, that of the contact's end too.",
        "If the event of the arrival is late, the contact is reported as not arrived at first; the arrival has the last word.",
        ("confirmation/contact_events.py",),
        ("events.types", "new.queued"),
    ),
    Assumption(
        "sweep-search",
        "SearchContacts finds a contact soon after it is queued; `Metrics Rules Matched` names queues by their ARNs.",
        "A sweep misses the newest contacts, and the next one finds them; a route that is set off by other ARNs sweeps nothing.",
        ("queue_sweep/sweep_event.py",),
        ("new.searched",),
    ),
    Assumption(
        "page-token",
        "What ListAssociatedContacts gave an hour ago is out of date, and so is its page token.",
        "If tokens live shorter, Connect refuses one, and the look is made again later.",
        ("connect/tree.py",),
    ),
    Assumption(
        "pace",
        "Lambda keeps an unused environment for a bounded time and needs a moment between two invocations; the quota is as documented.",
        "Calls are throttled and made again later.",
        ("connect/rate_limiter.py", "connect/lane_shares.py"),
        ("quota.transfers",),
    ),
    Assumption(
        "schedules",
        "EventBridge Scheduler sends at most a minute early.",
        "The message waits in its queue for what is left, and counts as in flight for longer.",
        ("messaging/holding.py",),
    ),
    Assumption(
        "cancellation-age",
        "A cancellation waits in its queue for less than 15 minutes, the difference of clocks included.",
        "A request that was held for all of seven days may escape it.",
        ("request/cancellation.py",),
    ),
)


def marks() -> Counter[str]:
    """How often each module of the functions says that something is assumed."""
    found = {str(path.relative_to(_CODE)): len(_MARK.findall(path.read_text("utf-8"))) for path in _CODE.rglob("*.py")}
    return Counter({name: count for name, count in found.items() if count})


def rows() -> Iterator[tuple[str, ...]]:
    """The rows of the page."""
    for one in ASSUMPTIONS:
        relied = ", ".join(f"`{module}`" for module in dict.fromkeys(one.marks)) or "where the answer is read"
        probes = ", ".join(f"`{name}`" for name in one.behaviours) or "no probe: see the text"
        switches = ", ".join(f"`{name}`" for name in one.switches)
        wrong = f"{one.wrong} Measured: {one.distance}, in {_DISTANCE}." if one.distance else one.wrong
        yield f"`{one.name}`", one.text, relied, wrong, probes, switches


def page_table() -> str:
    """The table of docs/assumptions.md."""
    heading = ("name", "what is assumed", "relied on in", "if it is wrong", "settled by", "varied by")
    lines = [heading, ("---",) * len(heading), *rows()]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
