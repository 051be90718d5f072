"""What became of a call whose answer was lost: look, and conclude no more than what is seen allows.

Connect shows two things: whether the contact has ended, and which contacts follow it. A transfer ends the contact and creates one that
names it as its previous contact (admin guide; for the API call an assumption). What it shows may be late, and how late is not
documented. ``judge`` is pure; its rules are numbered as in decision 3.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from contact_transfer.connect.connect import Connect
from contact_transfer.connect.responses import TRANSFER_METHODS, ContactView
from contact_transfer.connect.tree import Tree
from contact_transfer.ledger.acquisition import LeaseAcquired
from contact_transfer.ledger.records import Attempt
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer import rules
from contact_transfer.transfer.clock import Deadline
from contact_transfer.transfer.outcome import Failed, FailureCode, Transferred

#: How long a look waits for a successor's destination to show, and how often a doubt is looked into at least (assumed).
LOOK_AGAIN_SECONDS = 60.0


class Fit(Enum):
    """How well a successor fits an attempt."""

    OURS = "ours"  # made in the attempt's window, with its destination
    AMBIGUOUS = "ambiguous"  # made after the first call, and neither surely ours nor surely not
    EARLIER = "earlier"  # made before the first call: not by this request


@dataclass(frozen=True)
class NotApplied:
    """Settled: the attempt did nothing; the contact is there to be transferred, or Connect does not know it."""


@dataclass(frozen=True)
class Unsettled:
    """Look again later. ``may_call``: whether the same call may be made again. ``wait``: seconds after which looking surely helps."""

    may_call: bool
    wait: float


Reconciled = Transferred | Failed | NotApplied | Unsettled


@dataclass(frozen=True)
class Question:
    """What must be found out for a request.

    ``attempt``: the unsettled one, of whichever request; None when all are settled. ``is_own``: it is this request's.
    ``first_called_at``: of this request; None when it never made a call that may have taken effect.
    """

    contact_id: str
    attempt: Attempt | None
    is_own: bool
    first_called_at: float | None
    attempts: int

    @classmethod
    def of(cls, request: TransferRequest, held: LeaseAcquired) -> Question:
        """The question that a lease with an attempt in doubt asks."""
        own = held.attempt is not None and not held.is_foreign
        return cls(request.contact_id, held.attempt, own, held.record.first_called_at, held.record.attempts)


@dataclass(frozen=True)
class Seen:
    """What Connect shows. ``at``: as of when, by its clock, at the earliest. ``successors``: with their destinations, where known.

    ``is_fresh``: nothing of it was read by an earlier invocation.
    """

    at: float
    contact: ContactView | None
    successors: Collection[ContactView]
    is_fresh: bool = True

    @property
    def is_active(self) -> bool:
        """Whether Connect shows the contact without an end."""
        return self.contact is not None and not self.contact.ended

    @property
    def has_ended(self) -> bool:
        """Whether Connect shows an end of the contact."""
        return self.contact is not None and self.contact.ended


def is_successor(contact: ContactView, contact_id: str) -> bool:
    """Whether ``contact`` was made by a transfer of the contact ``contact_id``."""
    return contact.previous_contact_id == contact_id and contact.initiation_method in TRANSFER_METHODS


def judge(question: Question, seen: Seen, settle: float) -> Reconciled:
    """What can be concluded. ``settle``: how many seconds Connect may take to show what happened."""
    later = [one for one in seen.successors if fit(question, one) is not Fit.EARLIER]
    if len(later) == 1 and fit(question, later[0]) is Fit.OURS:  # rule 3: with a second one, either may be ours
        return Transferred(later[0].contact_id, later[0].arn, question.attempts, inferred=True)
    if question.first_called_at is None:
        return _for_a_rival(question, seen, settle)
    if later:  # rule 4
        wait = _settled_at(question, seen, later, settle) - seen.at
        return Unsettled(may_call=False, wait=wait) if wait > 0 else unknown(question, later)
    if seen.is_active:
        return _active(question, seen, settle)
    return _ended(question, seen, question.first_called_at, settle)


def fit(question: Question, successor: ContactView) -> Fit:
    """How well a successor fits what was called."""
    began, attempt = successor.initiated_at, question.attempt
    if question.first_called_at is None or (began is not None and began < question.first_called_at):
        return Fit.EARLIER
    if began is None or attempt is None or not question.is_own:
        return Fit.AMBIGUOUS
    if not attempt.window_from <= began <= attempt.effect_until:
        return Fit.AMBIGUOUS
    return Fit.OURS if _agrees(attempt, successor) else Fit.AMBIGUOUS


def _agrees(attempt: Attempt, successor: ContactView) -> bool:
    """Whether the destination that shows is the one that was asked for. An agent's own queue counts as the agent (assumed)."""
    if attempt.queue_id is not None:
        return successor.queue_id == attempt.queue_id
    if attempt.user_id is None:
        return False
    if successor.user_id is not None:
        return successor.user_id == attempt.user_id
    return (successor.queue_id or "").endswith(attempt.user_id)


def _for_a_rival(question: Question, seen: Seen, settle: float) -> Reconciled:
    """Rule 6: the request never called, so whatever moved or ended the contact was not this request."""
    if seen.has_ended or seen.successors:
        return rules.ended_contact(question.contact_id, seen.successors)
    return _active(question, seen, settle)


def _active(question: Question, seen: Seen, settle: float) -> Reconciled:
    """The contact is active, and nothing that began after the first call follows it."""
    if seen.successors:  # rule 5: it was moved before the first call
        return rules.ended_contact(question.contact_id, seen.successors)
    if question.attempt is None:
        return NotApplied()
    # What shows may be as late as the settling time says; then nothing that the call did can be hidden any more.
    wait = max(question.attempt.effect_until, question.attempt.last + settle) - seen.at
    return Unsettled(may_call=True, wait=wait) if wait > 0 else NotApplied()  # rules 2 and 7


def _ended(question: Question, seen: Seen, first_called_at: float, settle: float) -> Reconciled:
    ended_at = seen.contact.ended_at if seen.contact is not None else None
    if ended_at is not None and ended_at < first_called_at:  # rule 5
        return rules.ended_contact(question.contact_id, seen.successors)
    wait = _settled_at(question, seen, (), settle) - seen.at
    if wait > 0:
        return Unsettled(may_call=False, wait=wait)
    if seen.contact is None and not seen.successors:
        return NotApplied()  # a transferred contact would show by now; TransferContact has the last word
    return unknown(question, seen.successors)


def _settled_at(question: Question, seen: Seen, successors: Iterable[ContactView], settle: float) -> float:
    moments = [one.initiated_at or 0.0 for one in successors]
    moments.append(0.0 if seen.contact is None else seen.contact.ended_at or 0.0)
    if question.attempt is not None:
        moments.append(question.attempt.last)
    return max(moments) + settle


def unknown(question: Question, successors: Collection[ContactView]) -> Failed:
    """The failure of a request of which nobody can know whether it transferred the contact."""
    found = "no successor shows"
    if successors:
        names = ", ".join(one.contact_id for one in successors)
        found = f"it is not known whether its successor {names} is this request's or somebody else's"
    return Failed(
        FailureCode.OUTCOME_UNKNOWN,
        f"The answer to a transfer of contact {question.contact_id} was lost, and {found}. "
        "Look at the contact's details in Connect before sending it again.",
        in_doubt=True,
        successor_contact_id=next((one.contact_id for one in successors), None),
    )


class Reconciliation:
    """Looks into attempts in doubt. ``settle_seconds``: how long Connect may take to show what happened."""

    def __init__(self, connect: Connect, settle_seconds: float) -> None:
        self._connect = connect
        self._settle = settle_seconds

    def look(self, request: TransferRequest, question: Question, deadline: Deadline, tree: Tree | None = None) -> Seen:
        """What Connect shows of the contact and its successors. Raises what ``Connect.contact`` and ``Connect.tree`` raise.

        ``tree``: the contact's tree, where it has been read already.
        """
        at = self._connect.clock.bounds().earliest
        contact = self._connect.contact(request.instance_id, request.contact_id, deadline)
        tree = tree or self._connect.tree(request.instance_id, request.contact_id, deadline)
        successors = [one for one in tree if is_successor(one, request.contact_id)]
        shown = [self._with_destination(request, question, one, deadline) for one in successors]
        return Seen(min(at, tree.began), contact, shown, tree.is_fresh)

    def _with_destination(
        self, request: TransferRequest, question: Question, successor: ContactView, deadline: Deadline
    ) -> ContactView:
        """The successor with the destination that only DescribeContact shows, where that decides anything."""
        attempt, began = question.attempt, successor.initiated_at
        if attempt is None or not question.is_own or began is None:
            return successor
        if not attempt.window_from <= began <= attempt.effect_until:
            return successor
        return self._connect.contact(request.instance_id, successor.contact_id, deadline) or successor

    def conclude(self, question: Question, seen: Seen) -> Reconciled:
        """See ``judge``."""
        return judge(question, seen, self._settle)
