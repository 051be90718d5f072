"""A run once more: the scenario of a seed or one that is kept, made small if that is asked for, its trace and its findings."""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulation import auditor, campaign
from tests.simulation.generate import scenario
from tests.simulation.kept import KEPT, ONLY
from tests.simulation.names import Names
from tests.simulation.run import run
from tests.simulation.scenario import Scenario
from tests.simulation.shrink import shrink
from tests.simulation.trace import named, trace

#: How a command is called again, from the repository.
COMMAND = ".venv/bin/python -m tests.simulation"
#: Of a long trace, so many lines from its beginning and so many from its end.
_BEGINNING, _END = 120, 40


@dataclass(frozen=True)
class Case:
    """What is run again. ``bug``: the seeded one; ``kept``: the bug whose kept scenarios it comes from."""

    scenario: Scenario
    bug: str | None = None
    kept: str | None = None

    @property
    def _rules(self) -> tuple[str, ...]:
        return tuple(rule for rule in auditor.RULES if rule in ONLY.get(self.kept or "", auditor.RULES))

    def findings(self) -> list[auditor.Finding]:
        """What the auditor says of it."""
        return auditor.audit(run(self.scenario, campaign.subject(self.bug)), self._rules)

    def smallest(self, at_most: int = 3000) -> Case | None:
        """The same failure in a small scenario: of the broken rules, the one that the bug is to break first. None: none is broken."""
        evidence = run(self.scenario, campaign.subject(self.bug))
        findings = auditor.audit(evidence, self._rules)
        if not findings:
            return None
        broken = {finding.rule for finding in findings}
        order = (*campaign.BUGS[self.bug].rules, *auditor.RULES) if self.bug else tuple(auditor.RULES)
        rule = (min(broken, key=order.index),)
        seeded, real = campaign.subject(self.bug), campaign.subject()

        def fails(candidate: Scenario) -> bool:
            """With a bug it has to be the bug's doing: a scenario can be cut to what nobody can carry out."""
            shown = bool(auditor.audit(run(candidate, seeded), rule))
            return shown and (self.bug is None or not auditor.audit(run(candidate, real), rule))

        guess = named(evidence, [finding for finding in findings if finding.rule in rule])
        return Case(shrink(self.scenario, fails, at_most, guess=guess), self.bug, self.kept)

    def described(self, *, everything: bool = True) -> tuple[list[str], list[str]]:
        """The trace, of what the findings name or of everything, and the findings, both with short names.

        What goes on for ever is cut in the middle, but of everything.
        """
        evidence = run(self.scenario, campaign.subject(self.bug), watch=True)
        findings = auditor.audit(evidence, self._rules)
        names = Names(evidence)
        lines = trace(evidence) if everything else _cut(trace(evidence, findings))
        return lines, [names.shortened(one) for one in findings]


def _cut(lines: list[str]) -> list[str]:
    left_out = len(lines) - _BEGINNING - _END
    if left_out <= 1:
        return lines
    return [*lines[:_BEGINNING], f"           … {left_out:,} lines more, which --all prints …", *lines[-_END:]]


def of_seed(seed: int, bug: str | None = None) -> Case:
    """The scenario of a seed."""
    return Case(scenario(seed), bug)


def of_kept(name: str, seed: int | None, bug: str | None) -> Case | None:
    """A scenario kept for the bug ``name``: the one of that seed, or the first that breaks a promise; None: no such seed."""
    cases = [Case(one, bug, name) for one in KEPT[name] if seed in (None, one.seed)]
    if seed is not None or not cases:
        return next(iter(cases), None)
    return next((case for case in cases if case.findings()), cases[0])


def again(caught: campaign.Caught) -> str:
    """The command that shows how a seeded bug was caught."""
    kept = f" --kept {caught.bug}" if caught.kept else ""
    return f"{COMMAND} replay {caught.seed}{kept} --bug {caught.bug} --shrink"
