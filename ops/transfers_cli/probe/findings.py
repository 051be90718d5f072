"""What a probe found: for each behaviour a value with its evidence, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from transfers_cli.probe.answers import Answer
from transfers_cli.probe.behaviours import BEHAVIOURS, Behaviour


class State(StrEnum):
    """``UNEXPECTED``: Amazon Connect did something that this version has no word for; the evidence shows it."""

    SETTLED = "settled"
    UNEXPECTED = "unexpected"
    NOT_SETTLED = "not settled"


@dataclass(frozen=True)
class Span:
    """A length of time that was bounded by observation: more than ``least`` and at most ``most`` seconds; None: no bound was seen."""

    least: float
    most: float | None

    def __str__(self) -> str:
        least, most = f"{self.least:.1f}", "" if self.most is None else f"{self.most:.1f}"
        if self.most is None:
            return f"more than {least} s"
        if self.least == self.most:
            return f"{self.least:g} s"
        return f"at most {most} s" if self.least <= 0 else f"{least} to {most} s"


def bounds(spans: Iterable[Span]) -> Span:
    """The shortest and the longest that any of ``spans`` allows."""
    known = list(spans)
    most = [span.most for span in known]
    return Span(min(span.least for span in known), None if None in most else max(m for m in most if m is not None))


Value = str | float | Span


@dataclass(frozen=True)
class Finding:
    """``value``: what was observed, None if it was not settled. ``sentence``: the same in words. ``evidence``: numbers of answers."""

    behaviour: Behaviour
    state: State
    value: Value | None
    sentence: str
    evidence: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        """The finding for the probe file."""
        value = asdict(self.value) if isinstance(self.value, Span) else self.value
        return {
            "behaviour": self.behaviour.name,
            "question": self.behaviour.question,
            "assumed": self.behaviour.assumed,
            "state": str(self.state),
            "observed": value,
            "sentence": self.sentence,
            "evidence": list(self.evidence),
        }


class Findings:
    """The findings so far, by behaviour. What is unexpected stays so, whatever else is found of it."""

    def __init__(self) -> None:
        self._found: dict[str, Finding] = {}

    def settled(self, name: str, value: Value, sentence: str, evidence: Iterable[int | Answer]) -> None:
        """Amazon Connect behaves so. A span may be settled again, with more observations; any other value must stay the same.

        Args:
            name: the behaviour's.
            value: what was observed.
            sentence: the same in words.
            evidence: the answers that show it.
        """
        found = _finding(name, State.SETTLED, value, sentence, evidence)
        before = self._found.get(name)
        if before is None:
            self._found[name] = found
        elif before.state is not State.UNEXPECTED:
            both = tuple(sorted({*found.evidence, *before.evidence}))
            self._found[name] = replace(found, evidence=both)
            if before.value not in (None, value) and not isinstance(value, Span):
                self.unexpected(name, f"{before.sentence}; later {sentence}", both)

    def unexpected(self, name: str, sentence: str, evidence: Iterable[int | Answer]) -> None:
        """Amazon Connect does what this version has no word for. Arguments as ``settled`` has them (``name``, ``sentence``)."""
        self._found[name] = _finding(name, State.UNEXPECTED, None, sentence, evidence)

    def not_settled(self, name: str, reason: str) -> None:
        """It could not be found out, for a ``reason``; a finding of this ``name`` that is there stays."""
        self._found.setdefault(name, _finding(name, State.NOT_SETTLED, None, reason, ()))

    def get(self, name: str) -> Finding | None:
        """The finding about the behaviour ``name``, if there is one."""
        return self._found.get(name)

    def all(self) -> list[Finding]:
        """A finding for each behaviour, in the order of the table."""
        return [self._found.get(one.name) or _untried(one) for one in BEHAVIOURS.values()]


def _untried(behaviour: Behaviour) -> Finding:
    sentence = f"it needs {behaviour.needs}" if behaviour.needs else "this probe did not come to it"
    return Finding(behaviour, State.NOT_SETTLED, None, sentence, ())


def _finding(name: str, state: State, value: Value | None, sentence: str, evidence: Iterable[int | Answer]) -> Finding:
    numbers = sorted({one.number if isinstance(one, Answer) else one for one in evidence})
    return Finding(BEHAVIOURS[name], state, value, sentence, tuple(numbers))
