"""Planted bugs that show only when something happens in between: a death, a lost answer, a rival, a late effect."""

from __future__ import annotations

from tests.simulation.planted import Bug
from tests.simulation.subject import Edit


def _one(name: str, what: str, rules: str, *edit: str) -> Bug:
    module, before, after = edit
    return Bug(name, what, tuple(rules.split()), (Edit(module, before, after),), interleaving=True)


INTERLEAVINGS: tuple[Bug, ...] = (
    _one(
        "sdk-retries-transfer",
        "the SDK sends TransferContact again by itself",
        "c-code c-doubt g-forgotten",
        "bootstrap",
        'retries={"mode": "standard", "total_max_attempts": 1}',
        'retries={"mode": "standard", "total_max_attempts": 3}',
    ),
    _one(
        "short-lease",
        "the lease ends before the invocation",
        "b-twice c-doubt g-forgotten g-ledger",
        "transfer.service",
        "LEASE_MARGIN_SECONDS = 10.0",
        "LEASE_MARGIN_SECONDS = -59.0",
    ),
    _one(
        "no-lease",
        "nobody takes the contact before working on it",
        "b-twice c-doubt g-forgotten g-ledger",
        "transfer.service",
        "        state = self._ledger.begin(request, owner, now, lease)\n",
        "        state: Any = Begun(owner, 1, 1, 0, now)\n",
    ),
    Bug(
        "late-200-thrown-away",
        "the lease ends early, and a 200 that comes after it is not written down",
        ("g-ledger", "g-forgotten"),
        (
            Edit("transfer.service", "LEASE_MARGIN_SECONDS = 10.0", "LEASE_MARGIN_SECONDS = -59.0"),
            Edit("ledger.ledger", "        if done.inferred:\n", "        if owner:\n"),
            Edit(
                "transfer.service",
                "happened=None if done.inferred else done)",
                "happened=None)",
            ),
        ),
        interleaving=True,
    ),
    _one(
        "foreign-successor",
        "any successor in the window counts as ours",
        "g-announced c-doubt c-code",
        "transfer.reconciliation",
        "        return _agrees(doubt, shown)\n",
        "        return True\n",
    ),
    _one(
        "linked-task-as-successor",
        "a linked task counts as the transfer's successor",
        "g-announced",
        "transfer.reconciliation",
        "    return contact.previous_contact_id == contact_id and contact.initiation_method in TRANSFER_METHODS\n",
        "    return contact.previous_contact_id == contact_id\n",
    ),
    _one(
        "verdict-in-doubt",
        "a failure is declared although an answer is outstanding",
        "c-doubt",
        "transfer.service",
        "        if isinstance(outcome, Failed) and doubt.open:\n",
        "        if isinstance(outcome, Failed) and doubt.called:\n",
    ),
    _one(
        "event-after-report",
        "events go out with the next batch, after the report",
        "a-lost",
        "messaging.batch",
        "        self._announce(turns)\n",
        '        late = self.__dict__.setdefault("_late", [])\n'
        "        if late:\n            self._announce(late)\n        late[:] = turns\n",
    ),
    _one(
        "contact-not-unique",
        "each name has its own item for the contact",
        "b-twice",
        "ledger.records",
        'def contact_key(instance_id: str, contact_id: str) -> str:\n    return f"contact#{instance_id}#{contact_id}"\n',
        "import sys\n\n\ndef contact_key(instance_id: str, contact_id: str) -> str:\n"
        '    name = sys._getframe(1).f_locals["request"].name\n'
        '    return f"contact#{instance_id}#{name}#{contact_id}"\n',
    ),
    _one(
        "attempt-not-noted",
        "an attempt that was cut short leaves no doubt",
        "c-doubt c-code b-twice",
        "ledger.records",
        'doubt = attempt(item, last="attemptPrior") if number(item, "attemptPrior") else None',
        "doubt = None",
    ),
    _one(
        "doubt-forgotten",
        "giving the lease back forgets what is in doubt",
        "c-doubt b-twice c-code",
        "ledger.ledger",
        'kept = "" if doubt else f", {_ATTEMPT}"',
        'kept = f", {_ATTEMPT}"',
    ),
    _one(
        "active-proves-at-once",
        "a contact that shows as active is taken as not transferred",
        "b-twice",
        "transfer.reconciliation",
        "ACTIVE_PROVES_AFTER_SECONDS = 60.0",
        "ACTIVE_PROVES_AFTER_SECONDS = 0.0",
    ),
    _one(
        "no-time-to-settle",
        "an ended contact without a visible successor is given up at once",
        "c-doubt",
        "transfer.reconciliation",
        "        wait = max(last, ended_at) + self._settle - seen_at\n",
        "        wait = max(last, ended_at) - seen_at\n",
    ),
    _one(
        "rivals-doubt-ignored",
        "a request begins although another one's attempt is in doubt",
        "b-twice c-doubt c-code",
        "ledger.ledger",
        '" AND (attribute_not_exists(attemptName) OR attemptName = :name)"',
        '""',
    ),
    _one(
        "entry-by-name",
        "a request that has another's requestId counts as that one: its age, its attempt, its success",
        "d-early g-announced c-code",
        "request.parser",
        "identity.entry(self.name, self.fingerprint)",
        'identity.entry(self.name, "0" * 16)',
    ),
    _one(
        "server-error-is-final",
        "a 5xx, a 408 and a 409 say that nothing happened",
        "c-doubt c-code b-twice",
        "connect.client",
        "if status not in {400, 401, 402, 403, 404, 429} or code in _OPEN:",
        "if status == 0:",
    ),
    _one(
        "timeout-is-final",
        "no answer says that nothing happened",
        "c-doubt c-code b-twice",
        "connect.client",
        "            raise Doubtful(type(error).__name__) from error\n",
        "            raise Unavailable(Cause.UNREACHABLE, type(error).__name__) from error\n",
    ),
    _one(
        "winner-ignored",
        "a transferred contact is worked on again",
        "c-doubt c-code b-twice",
        "ledger.ledger",
        'f"attribute_not_exists(winner) AND attribute_not_exists(#done) AND {_FREE}"\n            " AND (attr',
        'f"attribute_not_exists(#done) AND {_FREE}"\n            " AND (attr',
    ),
    _one(
        "success-told-once",
        "a repeated message of a transferred request publishes nothing",
        "g-forgotten a-lost",
        "messaging.batch",
        "    if happened is not None:\n",
        "    if happened is not None and not happened.repeated:\n",
    ),
    _one(
        "ledger-not-awaited",
        "a success that the ledger did not take counts as done",
        "g-ledger",
        "transfer.service",
        "            return Told(self._ledger_away(error, begun.attempts), happened=None if done.inferred else done)\n",
        "            return Told(done)\n",
    ),
    _one(
        "entries-not-read",
        "PutEvents' failed entries are not looked at",
        "a-lost g-forgotten g-announced",
        "messaging.event_bus",
        'codes = [None if entry.get("EventId") else str(entry.get("ErrorCode", "Unknown")) for entry in told]',
        "codes: list[str | None] = [None for _ in told]",
    ),
    Bug(
        "full-buckets",
        "a new environment starts with full buckets",
        ("e-quota",),
        (
            Edit("connect.rate_limiter", "self._level = 0.0", "self._level = self.capacity"),
            Edit(
                "connect.rate_limiter",
                "        self._level = min(self.capacity, proven + self.rate * max(0.0, held))\n",
                "",
            ),
        ),
        interleaving=True,
    ),
    _one(
        "stale-look",
        "what was seen before a wait is taken for what shows after it",
        "c-doubt b-twice g-forgotten c-code",
        "transfer.reconciliation",
        "        wait = last + margin - seen_at\n",
        "        wait = last + margin - self._clock.now()\n",
    ),
    _one(
        "quiet-from-the-beginning",
        "the quiet after an attempt counts from when work began, not from when its call was made",
        "b-twice c-doubt g-forgotten",
        "ledger.ledger",
        "attemptLast = :lease, attemptUntil = :lease",
        "attemptLast = :now, attemptUntil = :lease",
    ),
    _one(
        "lost-begins-condemn",
        "begins whose answer was lost make a request deadly",
        "d-early c-doubt g-forgotten",
        "transfer.poison",
        "    return begun.unended > DEADLY_BEGINS and begun.starts >= CONFIRMED_BEGINS\n",
        "    begun.__dict__['starts'] = 99\n    return begun.unended > DEADLY_BEGINS\n",
    ),
    _one(
        "goal-not-compared",
        "a name that comes back after its own item has expired is not asked where it goes",
        "g-announced",
        "transfer.service",
        "    if won.entry == request.entry:\n",
        "    if won.name == request.name:\n",
    ),
    _one(
        "undone-ignored",
        "that another request has settled an attempt does not make it the last one after the deadline",
        "h-settled",
        "transfer.service",
        "(begun.doubt is None and not begun.undone)",
        "(begun.doubt is None)",
    ),
)
