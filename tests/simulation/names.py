"""Short names for the long ids of a run, the same in its trace and in its findings."""

from __future__ import annotations

import re

from tests.simulation.evidence import Evidence
from tests.simulation.scenario import INSTANCE

_TWICE = re.compile(r"\b([Cc]ontact|[Ii]nstance) (?=(contact|instance)-\d)")


class Names:
    """What each id of the run is called: ``contact-3`` is the run's third contact, flows, queues and users have their own names."""

    def __init__(self, evidence: Evidence) -> None:
        self._short: dict[str, str] = {INSTANCE: "instance-1"}
        name = self._short.setdefault
        for wanted in evidence.wanted:
            request, target = wanted.request, wanted.target
            if not target.contact:
                continue
            name(target.contact, f"contact-{request.contact}")
            named = ((target.flow, request.flow), (target.queue, request.queue), (target.user, request.user))
            for long, short in named:
                if long is not None:
                    name(long, str(short))
        for wanted in evidence.wanted:
            tree = evidence.trees.get(wanted.target.contact)
            if tree is not None:
                name(tree, f"root-of-contact-{wanted.request.contact}")
        for number, record in enumerate(evidence.transfers, 1):
            name(record.new, f"successor-{number}")
        tokens = dict.fromkeys(call.ids["ClientToken"] for call in evidence.calls if "ClientToken" in call.ids)
        for number, token in enumerate(tokens, 1):
            name(token, f"token-{number}")
        self._any = re.compile("|".join(map(re.escape, self._short)) or "(?!)")

    def shortened(self, text: object) -> str:
        """The text with every id that has a name replaced by it, and "contact contact-3" said once."""
        return _TWICE.sub("", self._any.sub(lambda found: self._short[found[0]], str(text)))
