"""Amazon Connect as a function of what has changed it: the model is built from the scene and those effects, and then asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from local.connect.model import Connect, Reply, TransferRecord
from local.virtual.cloud import BEGINS
from local.virtual.connect import outcome, with_times
from tests.exploration.values import Effect
from tests.exploration.wire import Call
from tests.simulation.scenario import Scenario
from tests.simulation.stage import Stage

_FIELDS = {"DescribeContact": "Contact", "ListAssociatedContacts": "ContactSummaryList"}
TRANSFER = "TransferContact"


class Answered(NamedTuple):
    """What a call is answered: a value that botocore's client returns, or an exception. ``key``: equal for answers that are."""

    key: Any
    value: Any


class Place:
    """Connect with the scene of a scope. ``stage``: its ids; ``before``: its transfers."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._now = BEGINS
        self._first = 0
        self._staged, self.stage = self._scene()
        self.before = tuple(self._staged.history.transfers)
        self._first = len(self.before)
        self._model = lru_cache(maxsize=20_000)(self._made)
        self._called = lru_cache(maxsize=20_000)(self._call)
        self._read = lru_cache(maxsize=50_000)(self._look)
        self._history = lru_cache(maxsize=20_000)(self._transfers)

    def _scene(self) -> tuple[Connect, Stage]:
        self._now = BEGINS
        connect = Connect(lambda: self._now, Random("exploration"))
        connect.set_quota("*", None)
        return connect, Stage(connect, self._scenario)

    def _made(self, effects: tuple[Effect, ...], now: float) -> Connect:
        connect, stage = self._scene()
        for effect in effects:
            self._now = effect.at
            connect.tick()
            self._apply(connect, stage, effect)
            connect.tick()
        self._now = now
        connect.tick()
        return connect

    @staticmethod
    def _apply(connect: Connect, stage: Stage, effect: Effect) -> None:
        given = dict(effect.given)
        if effect.what == TRANSFER:
            connect.handle(TRANSFER, given)
        elif effect.what == "end":
            connect.others.end(given["contact"], at=effect.at)
        elif effect.what == "transfer":
            connect.others.transfer(given["contact"], queue_id=stage.data.queues[given["queue"]], at=effect.at)
        elif effect.what == "connect":
            connect.others.place(given["contact"], user_id=stage.data.users[given["user"]], at=effect.at)

    def ask(self, effects: tuple[Effect, ...], now: float, call: Call) -> tuple[tuple[Effect, ...], Answered]:
        """Let a call arrive ``now``: the effects with its own, and the answer."""
        if call.operation == TRANSFER:
            return self._called(effects, now, call)
        return effects, self._read(effects, now, call)

    def _look(self, effects: tuple[Effect, ...], now: float, call: Call) -> Answered:
        model = self._model(effects, now)
        self._now = now
        return _answered(call, model.handle(call.operation, call.asked))

    def _call(self, effects: tuple[Effect, ...], now: float, call: Call) -> tuple[tuple[Effect, ...], Answered]:
        model = self._made(effects, now)
        before = len(model.history.transfers)
        reply = model.handle(TRANSFER, call.asked)
        if len(model.history.transfers) > before:
            effects = (*effects, Effect(now, TRANSFER, tuple(sorted(call.asked.items()))))
        return effects, _answered(call, reply)

    def transfers(self, effects: tuple[Effect, ...]) -> tuple[TransferRecord, ...]:
        """The transfers that the effects made."""
        return self._history(effects)

    def _transfers(self, effects: tuple[Effect, ...]) -> tuple[TransferRecord, ...]:
        at = effects[-1].at if effects else BEGINS
        return tuple(self._model(effects, at).history.transfers[self._first :])

    def ended(self, effects: tuple[Effect, ...]) -> frozenset[str]:
        """The contacts that have ended without a transfer, by what somebody else did."""
        return frozenset(dict(effect.given)["contact"] for effect in effects if effect.what == "end")


def _answered(call: Call, reply: Reply) -> Answered:
    value = outcome(call.operation, reply)
    if isinstance(value, dict) and call.operation in _FIELDS:
        value = with_times(value, _FIELDS[call.operation])
    return Answered((call.operation, reply.status, _shown(reply)), value)


def _shown(reply: Reply) -> str:
    body: Mapping[str, Any] = reply.body
    return reply.error.code if reply.error else repr(body)
