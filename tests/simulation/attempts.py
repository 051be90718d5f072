"""How often work on a request began, as far as it shows from outside: at least once for each call that only it can have
made since it failed last, at most once for each invocation that its messages were in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterator

from local.virtual import Invocation, Kind, Published
from tests.simulation.case import FAILED, FROM_WORK, Case
from tests.simulation.evidence import Wanted
from tests.simulation.rules_names import remembered

#: How often a begin is sent at most: one that reaches the ledger late may count once more.
_SENT_AGAIN = 3
#: Seconds after a failure in which calls made before it may still be seen.
_LATE = 60.0


class Attempts:
    """Judges the counts of a run's events."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._begins: dict[Hashable, list[float]] = defaultdict(list)
        #: From when on the outcome may have been found, and when it was parked.
        self._failed: dict[Hashable, list[tuple[float, float]]] = defaultdict(list)
        self._silent: dict[Hashable, list[Invocation]] = defaultdict(list)
        late = (one for one in case.evidence.scenario.faults if one.service == "dynamodb" and one.kind is Kind.LATE)
        self._times = _SENT_AGAIN if any(late) else 1
        for wanted in case.evidence.wanted:
            runs = [run for message in wanted.messages for run in case.runs_of.get(message.id, ())]
            self._begins[wanted.identity] += [run.began for run in runs]
            self._silent[wanted.identity] += [run for run in runs if run.how != "completed" or run.disturbed]
            self._failed[wanted.identity] += [
                (min(since for since, _ in case.deciding(one)), one.time)
                for one in case.verdicts_of.get(wanted.number, ())
            ]
        for times in self._begins.values():
            times.sort()

    def wrong(self, event: Published, wanted: Wanted) -> Iterator[str]:
        """What is wrong with the event's count."""
        shown = event.detail.get("attempts")
        if shown is None:
            code = event.detail.get("failureCode")
            if event.detail_type != FAILED or code in FROM_WORK:
                yield "does not say how often work began"
            return
        most = bisect_right(self._begins[wanted.identity], event.time) * self._times
        least = self._least(event, wanted)
        if type(shown) is not int or not least <= shown <= most:
            yield f"says that work began {shown!r} times; it was {least} to {most}"

    def _least(self, event: Published, wanted: Wanted) -> int:
        before = min((run.began for run in self._case.publishing(event, wanted)), default=0.0)
        failed = self._failed[wanted.identity]
        if any(found <= event.time and before < shown for found, shown in failed):
            return 1  # a failure found meanwhile begins the count anew
        if wanted.request.follow:
            return 1  # a delivery may call for one contact, and then for the one that follows it
        since = max((shown + _LATE for _, shown in failed if shown <= before), default=0.0)
        since = max(since, before - remembered(self._case))
        # a failure that could not be reported begins the count anew as well
        silent = (run.ended for run in self._silent[wanted.identity] if run.began <= before)
        since = max(since, max(silent, default=0.0) + _LATE)
        return max(1, sum(since < call.time <= before for call in self._case.asked_by(wanted)))
