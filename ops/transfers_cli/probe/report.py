"""The probe file and the page beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contact_transfer_cdk.settings.probe_checks import VERSION
from transfers_cli import say
from transfers_cli.probe.answers import Answer
from transfers_cli.probe.contacts import Place
from transfers_cli.probe.findings import Finding, State
from transfers_cli.probe.follows import follows, needed_seconds, settings
from transfers_cli.probe.probe import Result

#: Parameters that are not kept as evidence: they hold an e-mail address.
_NOT_KEPT = ("FromEmailAddress", "DestinationEmailAddress", "EmailMessage")
#: So many numbers of answers are shown on the page; the file has all.
_MANY = 6
_MARKS = {State.SETTLED: "", State.UNEXPECTED: "**unexpected** ", State.NOT_SETTLED: "*not settled* "}


@dataclass(frozen=True)
class Report:
    """What a probe of ``place`` came to. ``budget``: minutes."""

    place: Place
    budget: float
    result: Result

    def document(self) -> dict[str, Any]:
        """The probe file."""
        result, place = self.result, self.place
        return {
            "version": VERSION,
            "instanceArn": place.instance_arn,
            "trial": place.trial,
            "startedAt": say.when(place.began),
            "endedAt": say.when(place.began + result.seconds),
            "budgetMinutes": self.budget,
            "interrupted": result.interrupted,
            "place": {"startFlow": place.start_flow, "flow": place.flow, "queue": place.queue, "user": place.user},
            "settings": settings(result.findings),
            "showsWithinSeconds": needed_seconds(result.findings),
            "findings": [{**one.as_dict(), "follows": follows(one)} for one in result.findings],
            "leftBehind": result.left,
            "calls": [_kept(answer) for answer in result.journal],
        }

    def page(self) -> str:
        """The same for people, in Markdown. The evidence stays in the file."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        result = self.result
        yield f"# What Amazon Connect does: {self.place.instance_id}"
        yield ""
        took = f"{say.when(self.place.began)}, {say.span(result.seconds)} of {self.budget:g} minutes"
        yield f"Observed by `transfers probe`: {took}, {len(result.journal)} calls. Evidence: the numbers are those of `calls` in the file."
        if result.interrupted:
            yield "It was interrupted, so that less is settled."
        yield ""
        yield from _settings_lines(settings(result.findings))
        yield "| behaviour | question | assumed | observed | what follows | evidence |"
        yield "|---|---|---|---|---|---|"
        for one in result.findings:
            yield _row(one)
        if result.left:
            yield ""
            yield "Left behind, and to be ended with `transfers probe --clean`:"
            yield ""
            yield from (f"- `{name}`: {why}" for name, why in result.left.items())

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write file and page to ``folder``; answer both paths."""
        file = folder / f"probe-{self.place.instance_id}.json"
        page = file.with_suffix(".md")
        file.write_text(json.dumps(self.document(), indent=1, default=_text) + "\n", encoding="utf-8")
        page.write_text(self.page(), encoding="utf-8")
        return file, page


def _settings_lines(found: Mapping[str, Any]) -> Iterator[str]:
    if not found:
        yield "No setting follows: too little was settled."
    else:
        yield "Settings for `deployments/NAME.json`:"
        yield ""
        yield from (f"    {json.dumps(name)}: {json.dumps(value)}," for name, value in found.items())
    yield ""


def _row(one: Finding) -> str:
    evidence = ", ".join(map(str, one.evidence[:_MANY])) + (" …" if len(one.evidence) > _MANY else "")
    behaviour = one.behaviour
    cells = (
        behaviour.name,
        behaviour.question,
        behaviour.assumed,
        f"{_MARKS[one.state]}{one.sentence}",
        follows(one),
        evidence,
    )
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _kept(answer: Answer) -> dict[str, Any]:
    shown = answer.as_dict()
    return {**shown, "request": {name: value for name, value in shown["request"].items() if name not in _NOT_KEPT}}


def _text(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
