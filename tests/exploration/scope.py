"""What is explored: a small scene, the messages that ask for something, what others may do, and which ends are right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contact_transfer.request.model import TransferRequest
from local.connect.model import TransferRecord
from local.virtual.cloud import BEGINS
from tests.exploration.values import Effect, Message, World
from tests.simulation.scenario import INSTANCE, Request, Scenario
from tests.simulation.stage import Stage


@dataclass(frozen=True)
class Wanted:
    """A message to be sent. ``ends``: with which a request may end beside a transfer, in the words of its event.

    ``at_once``: it is there from the beginning; otherwise it is sent at any time.
    """

    request: Request
    ends: frozenset[str] = frozenset()
    lane: str = "transfers"
    at_once: bool = True


@dataclass(frozen=True)
class Sent:
    """What a message asks for, as the promises need it. ``name``: of the request, ``token``: its client token."""

    name: str
    token: str | None
    contact: str
    route: str | None
    ends: frozenset[str]
    is_cancellation: bool = False


@dataclass(frozen=True)
class Plan:
    """A scope as it is written down. ``words``: what it is about; ``others``: what somebody may do, with its parameters by name."""

    name: str
    words: str
    contacts: tuple[str, ...]
    wanted: tuple[Wanted, ...]
    others: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    switches: Mapping[str, Any] = field(default_factory=dict)
    skew: float = 0.0

    def scenario(self) -> Scenario:
        """Its scene, and the worker's settings."""
        settings = {"transfers_per_second": 1e6, "burst": 1e6, "retry_for_hours": 24.0, "settle_minutes": 5.0}
        return Scenario(
            seed=0,
            contacts=self.contacts,
            requests=tuple(one.request for one in self.wanted),
            settings=tuple((settings | dict(self.settings)).items()),
            switches=tuple(self.switches.items()),
        )


class Scope:
    """A plan with the ids of its scene. ``sent``: what each message asks for, by its id; ``doings``: what others may do."""

    def __init__(self, plan: Plan, stage: Stage, before: Iterable[TransferRecord]) -> None:
        """``before``: the transfers of the scene."""
        self.plan = plan
        self._stage = stage
        self._before = tuple(before)
        self.routes: Mapping[str, int] = dict(plan.settings.get("routes", {}))
        self.sent = {f"message-{number}": self._sent(one) for number, one in enumerate(plan.wanted, 1)}
        self.doings = tuple(self._doing(what, given) for what, given in plan.others) + tuple(
            self._sending(number, one) for number, one in enumerate(plan.wanted, 1) if not one.at_once
        )

    def _sent(self, wanted: Wanted) -> Sent:
        request = wanted.request
        if request.cancels is not None:
            return Sent("a cancellation", None, "", None, wanted.ends, is_cancellation=True)
        contact, flow, queue, user = self._stage.target(request)
        asked = TransferRequest(INSTANCE, contact, flow, queue, user, request_id=request.request_id)
        moved = asked.moving(self._last(contact)) if request.follow else asked
        return Sent(asked.name, moved.client_token, moved.contact_id, request.route, wanted.ends)

    def _last(self, contact: str) -> str:
        """The contact at the end of a chain of transfers."""
        made = {one.old: one.new for one in self._before}
        while contact in made:
            contact = made[contact]
        return contact

    def _body(self, wanted: Wanted) -> str:
        return self._stage.body(wanted.request, "bare")

    def _doing(self, what: str, given: Mapping[str, Any]) -> Effect:
        named = {**given, "contact": self._stage.contacts[given["contact"]]}
        return Effect(0.0, what, tuple(sorted(named.items())))

    def _sending(self, number: int, wanted: Wanted) -> Effect:
        given = {"origin": f"message-{number}", "lane": wanted.lane, "body": self._body(wanted)}
        return Effect(0.0, "send", tuple(sorted(given.items())))

    def name_of(self, contact: str) -> str:
        """A contact as traces call it."""
        known = {one: f"contact-{number}" for number, one in enumerate(self._stage.contacts)}
        return known.get(contact, contact)

    def first(self, faults: int) -> World:
        """The world in which it begins."""
        messages = tuple(
            Message(f"message-{number}", f"message-{number}", one.lane, self._body(one), BEGINS)
            for number, one in enumerate(self.plan.wanted, 1)
            if one.at_once
        )
        pending = tuple(range(len(self.doings)))
        return World(BEGINS, (), (), messages, (), (), frozenset(), frozenset(), frozenset(), pending, faults)
