"""Probe many simulated instances and judge what was found: ``python -m tests.probe --draws 1000``.

``--save`` keeps the figures on the page.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.probe.draws import BUDGETS, draw, probed, staged
from tests.probe.truth import wrong
from transfers_cli.probe.findings import State

PAGE = Path(__file__).resolve().parents[2] / "docs" / "probe.md"
_BEGIN, _END = "<!-- draws -->", "<!-- /draws -->"


class Tally:
    """What the draws came to, by budget. ``settled`` and ``open``: findings, of those that need nothing but time."""

    def __init__(self) -> None:
        self.draws: Counter[int] = Counter()
        self.settled: Counter[int] = Counter()
        self.open: Counter[int] = Counter()
        self.calls: Counter[int] = Counter()
        self.longest: dict[int, float] = {}
        self.wrong: dict[int, list[str]] = {}

    def add(self, number: int) -> None:
        """Probe draw ``number``."""
        one = draw(number)
        made = staged(one)
        result = probed(made, one.budget)
        minutes = one.budget
        self.draws[minutes] += 1
        self.calls[minutes] += len(result.journal)
        self.longest[minutes] = max(self.longest.get(minutes, 0.0), result.seconds / 60)
        for finding in result.findings:
            if not finding.behaviour.needs and one.origin is None:
                is_settled = finding.state is State.SETTLED
                (self.settled if is_settled else self.open)[minutes] += 1
        if said := list(wrong(one, made, result)):
            self.wrong[number] = said

    def lines(self) -> Iterable[str]:
        """The figures as a table of Markdown."""
        yield "| budget, minutes | draws | settled, of what needs only time | calls | longest, minutes | wrong, left behind, too long |"
        yield "|---|---|---|---|---|---|"
        bad = Counter(draw(number).budget for number in self.wrong)
        for minutes in (one for one in BUDGETS if self.draws[one]):
            share = self.settled[minutes] / (self.settled[minutes] + self.open[minutes])
            calls = self.calls[minutes] / self.draws[minutes]
            yield (
                f"| {minutes} | {self.draws[minutes]} | {share:.1%} | {calls:.0f} | {self.longest[minutes]:.1f} | {bad[minutes]} |"
            )


def main() -> int:
    """Run the command line; answer the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.probe", description=__doc__)
    parser.add_argument("--draws", type=int, default=1000, help="how many instances to draw")
    parser.add_argument("--only", type=int, help="the number of one draw")
    parser.add_argument("--save", action="store_true", help="write the figures to docs/probe.md")
    given = parser.parse_args()
    tally, began = Tally(), time.process_time()
    for number in range(given.draws) if given.only is None else [given.only]:
        tally.add(number)
    for number, said in tally.wrong.items():
        print(f"draw {number}: {'; '.join(said)}")
    table = "\n".join(tally.lines())
    print(table)
    print(f"{time.process_time() - began:.0f} s of CPU")
    if given.save:
        text = PAGE.read_text("utf-8")
        before, after = text.split(_BEGIN)[0], text.split(_END)[1]
        PAGE.write_text(f"{before}{_BEGIN}\n{table}\n{_END}{after}", encoding="utf-8")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
