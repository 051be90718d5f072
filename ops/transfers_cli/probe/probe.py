"""A probe from its first contact to its last: all experiments side by side, within the budget, and everything ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from transfers_cli.probe import agreement, clocks
from transfers_cli.probe.answers import Answer, Wire
from transfers_cli.probe.contacts import Contacts, Place
from transfers_cli.probe.ending import check, end_all, end_one, left
from transfers_cli.probe.experiments import chain, rejections, states, tokens, visibility
from transfers_cli.probe.experiments.experiment import Experiment
from transfers_cli.probe.findings import Finding, Findings
from transfers_cli.probe.lab import Clock, Interrupted, Lab, Lost, NotSettled
from transfers_cli.probe.pace import SHARE
from transfers_cli.probe.register import Record, Register

#: Seconds that a call takes at most: the client's time-outs.
_LONGEST_CALL = 15.0
#: What reading an answer raises that lacks what the service model promises.
_FORMLESS = (KeyError, TypeError, ValueError, AttributeError)
#: So often an experiment is made whose call was lost.
_ATTEMPTS = 3


@dataclass(frozen=True)
class Extras:
    """What some experiments need beside the place; None: they are not settled.

    ``contact``: id of a VOICE or CHAT contact of the user's, which must be refused. ``email``: an address of the instance.
    """

    contact: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Result:
    """What a probe came to. ``left``: contacts that may not have ended, with the reason. ``seconds``: how long it took."""

    findings: list[Finding]
    journal: list[Answer]
    left: dict[str, str]
    seconds: float
    interrupted: bool


class Probe:
    """One probe. ``budget``: seconds for everything, the end included."""

    def __init__(
        self, wire: Wire, clock: Clock, place: Place, budget: float, record: Record = lambda _step: None
    ) -> None:
        self._lab = Lab(wire, clock)
        self._place = place
        self._budget = budget
        self._register = Register(record)
        self._findings = Findings()

    def run(self, extras: Extras = Extras()) -> Result:
        """Carry out all experiments, end all contacts, and say what was found. Ctrl-C ends the contacts, too."""
        interrupted = False
        try:
            self._lab.reserve = self._register.reserve
            self._lab.run([self._carry_out(one) for one in self._experiments(extras)], self._budget)
        except Interrupted:
            interrupted = True
        finally:
            self._end()
        journal = self._lab.journal
        clocks.settle(self._findings, journal, self._place.began)
        agreement.settle(self._findings, journal)
        _quota(self._findings, journal)
        still = left(self._register)
        return Result(self._findings.all(), journal, still, self._lab.now(), interrupted)

    def _experiments(self, extras: Extras) -> Iterable[Experiment]:
        yield from visibility.experiments(self._budget)
        yield from tokens.experiments()
        yield from rejections.experiments(extras.contact)
        yield from states.experiments(self._place.user, extras.email)
        yield from chain.experiments()

    async def _carry_out(self, experiment: Experiment) -> None:
        reason = ""
        try:
            await self._lab.wait_until(experiment.begins)
            reason = await self._tried(experiment)
        except NotSettled as why:
            reason = why.reason
        except _FORMLESS as odd:
            reason = f"an answer has a form that is not foreseen: {type(odd).__name__}: {odd}"
            self._findings.unexpected(experiment.settles[0], reason, self._lab.journal[-1:])
        for name in experiment.settles if reason else ():
            self._findings.not_settled(name, reason)

    async def _tried(self, experiment: Experiment) -> str:
        """Make an experiment, again with other contacts where an answer was lost. Answer why it could not be made, or nothing."""
        reason = ""
        for attempt in range(_ATTEMPTS):
            contacts = Contacts(self._lab, self._place, self._register, f"{experiment.name}-{attempt}")
            try:
                await experiment.act(contacts, self._findings)
            except Lost as why:
                reason = why.reason
                continue
            await self._tidy(contacts)
            return ""
        return reason

    async def _tidy(self, contacts: Contacts) -> None:
        """End what this experiment has started, so that the end has less to do."""
        for name in self._register.unchecked():
            if name in contacts.own:
                await check(contacts, name)
        for name in list(self._register.active()):
            if name in contacts.own:
                await end_one(contacts, name)

    def _end(self) -> None:
        """End everything, within what the budget has kept for it; Ctrl-C does not stop that, a second one does."""
        self._lab.reserve = lambda _makes: 0.0
        self._lab.ends = True
        contacts = Contacts(self._lab, self._place, self._register, "end")
        self._lab.run([_until_over(contacts)], self._budget - _LONGEST_CALL)


async def _until_over(contacts: Contacts) -> None:
    try:
        await end_all(contacts)
    except NotSettled:
        return  # the budget is used up, or Connect does not answer: what is left is reported


def _quota(findings: Findings, journal: list[Answer]) -> None:
    calls = [answer for answer in journal if answer.operation == "TransferContact"]
    if not calls:
        return  # nothing was tried, so nothing is known
    throttled = [answer for answer in calls if answer.is_throttled]
    sentence = f"{len(throttled)} of {len(calls)} calls were throttled, at one {SHARE}th of the documented 2 a second"
    findings.settled("quota.transfers", "yes" if throttled else "no", sentence, throttled)
