"""What must hold in every world that can be reached, and what in those where everything has ended.

    once        a contact is transferred at most once, and so is a name; each call has the token of a request for its contact
    one end     one message never has two ends
    true        no failure but OutcomeUnknown of a request that transferred; each code is true of its request
    announced   no success is announced without the transfer that it names, nor as answered without an answer; no failure is parked
                that was not announced
    lost        a message is done only when its end is announced, and parked if it failed
    forgotten   a transfer is announced, or its request has ended as OutcomeUnknown
    ledger      the ledger knows an announced transfer
    ends        every request comes to its end (``search``): with no more faults, time leads there

Only ``ledger`` reads the service's own account.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from local.connect.model import TransferRecord
from tests.exploration.connect import Place
from tests.exploration.scope import Scope, Sent
from tests.exploration.values import Announced, World

SUCCEEDED, FAILED = "Succeeded", "Failed"
UNKNOWN = "OutcomeUnknown"
ENDED = "ContactNotActive"
#: A message that is received more often than this comes to no end: in the longest case that is right it takes some ten receives.
MOST_RECEIVES = 24


class Promises:
    """Judges worlds of a scope, of which ``faults`` may happen."""

    def __init__(self, scope: Scope, place: Place, faults: int) -> None:
        self._scope = scope
        self._place = place
        self._faults = faults
        self._rules: tuple[Callable[[World], Iterator[str]], ...] = (
            self._once,
            self._one_end,
            self._true,
            self._announced,
            self._lost,
        )

    def broken(self, world: World) -> str | None:
        """The first promise that a world breaks."""
        return next((finding for rule in self._rules for finding in rule(world)), None)

    def broken_at_the_end(self, world: World) -> str | None:
        """The first promise that a world breaks in which all messages are done."""
        return next((finding for rule in (self._forgotten, self._ledger) for finding in rule(world)), None)

    def _transfers(self, world: World) -> tuple[TransferRecord, ...]:
        return self._place.transfers(world.effects)

    def _made_by(self, world: World, sent: Sent) -> list[TransferRecord]:
        return [one for one in self._transfers(world) if one.token == sent.token and one.token is not None]

    def _once(self, world: World) -> Iterator[str]:
        made = self._transfers(world)
        tokens = {sent.token: sent for sent in self._scope.sent.values()}
        for one in made:
            if one.by == "TransferContact" and one.token not in tokens:
                yield "once: a call was made with a token that is no request's"
        for contact, count in Counter(one.old for one in made if one.by == "TransferContact").items():
            if count > 1:
                yield f"once: {self._scope.name_of(contact)} was transferred {count} times"
        names = Counter(tokens[one.token].name for one in made if one.token in tokens)
        yield from (f"once: {name} transferred {count} times" for name, count in names.items() if count > 1)
        for route, most in self._scope.routes.items():
            moved = sum(tokens[one.token].route == route for one in made if one.token in tokens)
            if moved > most:
                yield f"once: route {route} moved the tree {moved} times"

    def _one_end(self, world: World) -> Iterator[str]:
        ends: dict[str, set[str]] = defaultdict(set)
        for one in world.announced:
            ends[one.origin].add(f"{one.kind} {one.code}".strip())
        for origin, different in ends.items():
            if len(different) > 1:
                yield f"one end: {origin} has ended as {' and as '.join(sorted(different))}"

    def _true(self, world: World) -> Iterator[str]:
        for one in world.announced:
            sent, end = self._scope.sent[one.origin], f"{one.kind} {one.code}".strip()
            if one.kind == SUCCEEDED:
                continue
            if self._made_by(world, sent) and one.code != UNKNOWN:
                yield f"true: {one.origin} ended as {end}, and its request transferred the contact"
            elif end not in sent.ends and not self._is_unknown(one):
                yield f"true: {one.origin} ended as {end}, which is not so"
            elif one.code == ENDED and not self._has_ended(world, sent):
                yield f"true: {one.origin} ended as {end}, and its contact is active"

    def _is_unknown(self, one: Announced) -> bool:
        return one.code == UNKNOWN and self._faults > 0

    def _has_ended(self, world: World, sent: Sent) -> bool:
        ended = {one.old for one in self._transfers(world)} | self._place.ended(world.effects)
        return sent.contact in ended

    def _announced(self, world: World) -> Iterator[str]:
        for one in world.announced:
            if one.kind == SUCCEEDED:
                yield from self._success(world, one)
        for origin, code in world.parked:
            if not any((one.origin, one.code) == (origin, code) for one in world.announced):
                yield f"announced: {origin} is parked as {code}, which no event said"

    def _success(self, world: World, one: Announced) -> Iterator[str]:
        sent = self._scope.sent[one.origin]
        calls = [call for call in world.called if call.token == sent.token]
        if one.new_contact not in {made.new for made in self._made_by(world, sent)}:
            yield f"announced: the success of {one.origin} is announced, and its request transferred nothing"
        elif not one.inferred and not any(call.answered for call in calls):
            yield f"announced: the success of {one.origin} is announced as answered, and no answer came"

    def _lost(self, world: World) -> Iterator[str]:
        for message in world.messages:
            if not message.deleted or self._scope.sent[message.origin].is_cancellation:
                continue
            if any(copy.origin == message.origin and copy is not message for copy in world.messages):
                continue  # it was moved to its lane
            ends = [one for one in world.announced if one.origin == message.origin]
            if not ends:
                yield f"lost: {message.id} is done, and nobody was informed"
            elif ends[0].kind == FAILED and not any(origin == message.origin for origin, _ in world.parked):
                yield f"lost: {message.id} failed and is done, and is not parked"

    def _forgotten(self, world: World) -> Iterator[str]:
        for sent in self._scope.sent.values():
            if self._made_by(world, sent):
                ends = [one for one in world.announced if self._scope.sent[one.origin].token == sent.token]
                if not any(one.kind == SUCCEEDED or one.code == UNKNOWN for one in ends):
                    yield f"forgotten: {sent.name} transferred its contact, and no event says so"

    def _ledger(self, world: World) -> Iterator[str]:
        known = {key.rpartition("#")[2]: json.loads(row.item["document"]["S"]) for key, row in world.items}
        for one in world.announced:
            sent = self._scope.sent[one.origin]
            if one.kind == SUCCEEDED:
                document = known.get(sent.contact, {})
                done = [record.get("done") for record in document.get("requests", {}).values()]
                if not any([document.get("transfer"), *done]):
                    yield f"ledger: the transfer of {sent.name} is announced, and the ledger does not know it"
