"""Seeded bugs in finding out what a lost answer did: each rule of the reconciliation, what counts as an answer, and clocks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.simulation.seeded import SeededBug, interleaving


def _no_successors(real: Any) -> Any:
    """Rule 1: nobody looks for successors."""
    return lambda *args: replace(real(*args), successors=())


def _asks_beside_a_successor(real: Any) -> Any:
    """Rule 2: an active contact is called for again whatever follows it."""
    return lambda question, seen, settle: real(
        question, replace(seen, successors=()) if seen.is_active else seen, settle
    )


def _repeats_in_place_of_waiting(real: Any) -> Any:
    """Rule 2: ``wait`` is read as ``repeat``."""

    def reconcile(self: Any, *, may_call: bool) -> Any:
        means = self.means
        self.means = replace(means, settings=replace(means.settings, when_in_doubt="repeat"))
        try:
            return real(self, may_call=may_call)
        finally:
            self.means = means

    return reconcile


def _any_in_the_window(real: Any) -> Any:
    return lambda attempt, _successor: bool(attempt) or real(attempt, _successor)


def _without_window(real: Any) -> Any:
    """Rule 3: whatever agrees is ours, however much later it began."""
    names = real.__globals__

    def fit(question: Any, successor: Any) -> Any:
        attempt = question.attempt
        if attempt is not None and question.is_own and names["_agrees"](attempt, successor):
            return names["Fit"].OURS
        return real(question, successor)

    return fit


def _always_described(_real: Any) -> Any:
    """The destination of whatever follows is looked up."""

    def with_destination(self: Any, request: Any, _question: Any, successor: Any, deadline: Any) -> Any:
        return self._connect.contact(request.instance_id, successor.contact_id, deadline) or successor

    return with_destination


def _ambiguous_is_anothers(real: Any) -> Any:
    """Rule 4: a successor that fits worse is somebody else's."""
    fits = real.__globals__["Fit"]

    def fit(question: Any, successor: Any) -> Any:
        found = real(question, successor)
        return fits.EARLIER if found is fits.AMBIGUOUS else found

    return fit


def _ended_by_others(real: Any) -> Any:
    """Rule 5: what cannot be known is reported as somebody else's."""
    return lambda question, successors: real.__globals__["rules"].ended_contact(question.contact_id, successors)


def _never_called(real: Any) -> Any:
    """Rule 5: a request whose attempt was settled is judged as one that never called."""

    def of(request: Any, held: Any) -> Any:
        found = real(request, held)
        return replace(found, first_called_at=None) if found.attempt is None else found

    return of


def _other_attempts_ignored(real: Any) -> Any:
    """Rule 6: another request's attempt is no reason to wait."""
    return lambda self: real(self) and (self.call is not None or not self.held.is_foreign)


def _settled_at_once(real: Any) -> Any:
    """Rule 7: a contact that shows as active was not transferred."""
    names = real.__globals__

    def active(question: Any, seen: Any, settle: float) -> Any:
        return real(question, seen, settle) if seen.successors else names["NotApplied"]()

    return active


def _no_settling(real: Any) -> Any:
    return lambda question, seen, _settle: real(question, seen, 0.0)


def _as_of_now(real: Any) -> Any:
    """What was seen before a wait is taken for what shows after it."""

    def look(self: Any, *args: Any) -> Any:
        found = real(self, *args)
        return replace(found, at=self._connect.clock.bounds().earliest)

    return look


def _not_even_own(real: Any) -> Any:
    """A failure is declared although the request's own attempt is unsettled, unless it was made just now."""
    return lambda self: self.call is not None and real(self)


def _others_is_ours(real: Any) -> Any:
    """Rule 5: a request that called counts as the one that moved the contact."""
    names = real.__globals__

    def ended_or_ours(question: Any, seen: Any, *rest: Any) -> Any:
        if question.first_called_at is not None and len(seen.successors) == 1:
            [one] = seen.successors
            return names["Transferred"](one.contact_id, one.arn, question.attempts, inferred=True)
        return real(question, seen, *rest)

    return ended_or_ours


def _linked_too(real: Any) -> Any:
    return lambda contact, contact_id: contact.previous_contact_id == contact_id or real(contact, contact_id)


RECONCILIATION: tuple[SeededBug, ...] = (
    interleaving(
        "successors-not-looked-for",
        "nobody looks for successors of a contact in doubt",
        "c-doubt b-twice c-code g-forgotten",
        {"transfer.reconciliation:Reconciliation.look": _no_successors},
    ),
    interleaving(
        "call-beside-a-successor",
        "an active contact is called for again although a contact follows it",
        "b-twice c-doubt g-announced g-forgotten",
        {"transfer.reconciliation:judge": _asks_beside_a_successor},
    ),
    interleaving(
        "wait-is-repeat",
        "with whenInDoubt wait the call is repeated",
        "b-twice",
        {"transfer.handling:Handling._reconcile": _repeats_in_place_of_waiting},
    ),
    interleaving(
        "foreign-successor",
        "any successor in the window counts as ours",
        "g-announced c-doubt c-code",
        {"transfer.reconciliation:_agrees": _any_in_the_window},
    ),
    interleaving(
        "no-window",
        "a successor with the right destination is ours, however late it began",
        "g-own",
        {
            "transfer.reconciliation:fit": _without_window,
            "transfer.reconciliation:Reconciliation._with_destination": _always_described,
        },
    ),
    interleaving(
        "others-is-ours",
        "a request that called at any time takes whatever follows its contact for its own transfer",
        "g-once g-own g-announced",
        {"transfer.reconciliation:judge": _others_is_ours},
    ),
    interleaving(
        "ambiguous-is-anothers",
        "a successor that fits worse counts as somebody else's",
        "c-doubt",
        {"transfer.reconciliation:fit": _ambiguous_is_anothers},
    ),
    interleaving(
        "unknown-is-anothers",
        "an outcome that cannot be known is reported as not by this request",
        "c-doubt c-code",
        {"transfer.reconciliation:unknown": _ended_by_others},
    ),
    interleaving(
        "settled-never-called",
        "a request whose attempt was settled is judged as one that never called",
        "c-doubt",
        {"transfer.reconciliation:Question.of": _never_called},
    ),
    interleaving(
        "rivals-doubt-ignored",
        "a request calls although another one's attempt is in doubt",
        "b-twice c-doubt c-code",
        {"transfer.handling:Handling.in_doubt": _other_attempts_ignored},
    ),
    interleaving(
        "active-proves-at-once",
        "a contact that shows as active is taken as not transferred",
        "b-twice c-doubt g-announced g-forgotten",
        {"transfer.reconciliation:_active": _settled_at_once},
    ),
    interleaving(
        "no-time-to-settle",
        "an ended contact without a visible successor is given up at once",
        "c-doubt",
        {"transfer.reconciliation:judge": _no_settling},
    ),
    interleaving(
        "stale-look",
        "what was seen before a wait is taken for what shows after it",
        "c-doubt b-twice g-forgotten c-code",
        {"transfer.reconciliation:Reconciliation.look": _as_of_now},
    ),
    interleaving(
        "failure-in-doubt",
        "a failure is declared although an answer is outstanding",
        "c-doubt",
        {"transfer.handling:Handling.own_in_doubt": _not_even_own},
    ),
    interleaving(
        "linked-task-as-successor",
        "a linked task counts as the transfer's successor",
        "g-announced c-doubt",
        {"transfer.reconciliation:is_successor": _linked_too},
    ),
)
