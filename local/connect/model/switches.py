"""What AWS leaves undocumented, each as a switch. Every default is assumed: nobody has seen it confirmed by AWS.

A change counts from the next call on; what earlier calls set in motion keeps its course. Durations are in seconds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any


class Replay(StrEnum):
    """What a repeated client token is answered."""

    FIRST_ANSWER = "first-answer"  # the first call's 200 again, nothing is done
    CONFLICT = "conflict"  # 409 IdempotencyException


class Ended(StrEnum):
    """What TransferContact answers for a contact that has ended, or a flow that cannot be used."""

    INVALID_REQUEST = "invalid-request"  # 400 InvalidRequestException
    NOT_FOUND = "not-found"  # 404 ResourceNotFoundException


class Method(StrEnum):
    """Which ``InitiationMethod`` a contact shows that a transfer made."""

    TRANSFER = "TRANSFER"
    QUEUE_TRANSFER = "QUEUE_TRANSFER"
    API = "API"


class Limit(StrEnum):
    """What TransferContact answers once eleven transfers precede the contact."""

    QUOTA = "quota"  # 402 ServiceQuotaExceededException
    INVALID_REQUEST = "invalid-request"  # 400 InvalidRequestException


#: What is no duration: the clock may be behind as well, and a page holds at least one contact.
_LEAST = {"clock_ahead": float("-inf"), "associated_page_size": 1}


@dataclass(frozen=True)
class Switches:
    """The undocumented behaviours of Amazon Connect. Every field is assumed.

    token_replay                     what a token answers the second time (assumed: the first answer)
    token_forgotten_after            how long a token is remembered (assumed: 7 days, as documented for other operations)
    token_remembers_rejection        a token whose first call was refused answers that refusal again (assumed: no)
    old_contact_active_for           how long after a 200 the old contact is still active, so that another token
                                     transfers it a second time (assumed: 0)
    end_shown_after                  how long an ended contact is still shown without DisconnectTimestamp, while
                                     TransferContact already refuses it (assumed: 0)
    successor_listed_after           how long until ListAssociatedContacts shows the new contact (assumed: 0)
    contact_described_after          how long DescribeContact answers 404 for a new contact (assumed: 0)
    contact_known_after              how long no operation knows a new contact, TransferContact included (assumed: 0)
    destination_known_after          how long until QueueInfo or AgentInfo of the new contact is shown (assumed: 0)
    search_shows_after               how long until SearchContacts shows a contact, its end and its agent (assumed: 0)
    flow_seconds                     how long a flow runs before the contact is queued or connected (assumed: 0)
    answers_old_contact_id           the answer's ContactId is the old contact's (assumed: no, the new one's)
    answers_without_contact_id       the answer has neither ContactId nor ContactArn, both optional in the model (assumed: no)
    clock_ahead                      how far Connect's clock is ahead of the caller's, negative: behind; its records and the header
                                     ``Date`` of its answers show it (assumed: 0)
    associated_page_size             how many contacts a page of ListAssociatedContacts holds at most (assumed: 100, as asked for)
    initial_contact_names_itself     the first contact of a tree carries InitialContactId, its own id (assumed: no, absent)
    linked_task_keeps_transfer_count a task linked by PreviousContactId inherits its predecessor's transfers towards the
                                     limit of eleven (assumed: no)
    ended_contact_answers            what TransferContact says of an ended contact (assumed: 400)
    unusable_flow_answers            what TransferContact says of an archived or unpublished flow (assumed: 400)
    transfer_limit_answers           what TransferContact says of a twelfth transfer (assumed: 402)
    transfer_shows_as                the InitiationMethod of a contact that a transfer made (assumed: TRANSFER)
    ids_in_any_case                  an id in capital letters names the same thing (assumed: no)
    arns_as_ids                      ARNs of contacts, flows and queues are accepted as ids (assumed: yes; documented for users)
    paused_contact_refused           a paused task is not transferred: 400 (assumed: it is transferred)
    flow_only_refused                a transfer without queue and user is refused: 400 (assumed: it is carried out)
    agent_has_queue                  a contact that was transferred to an agent waits in the agent's own queue, and shows that
                                     queue and no agent (assumed: it shows the agent)
    """

    token_replay: Replay = Replay.FIRST_ANSWER
    token_forgotten_after: float = 7 * 86_400.0
    token_remembers_rejection: bool = False
    old_contact_active_for: float = 0.0
    end_shown_after: float = 0.0
    successor_listed_after: float = 0.0
    contact_described_after: float = 0.0
    contact_known_after: float = 0.0
    destination_known_after: float = 0.0
    search_shows_after: float = 0.0
    flow_seconds: float = 0.0
    clock_ahead: float = 0.0
    associated_page_size: float = 100.0
    answers_old_contact_id: bool = False
    answers_without_contact_id: bool = False
    initial_contact_names_itself: bool = False
    linked_task_keeps_transfer_count: bool = False
    ended_contact_answers: Ended = Ended.INVALID_REQUEST
    unusable_flow_answers: Ended = Ended.INVALID_REQUEST
    transfer_limit_answers: Limit = Limit.QUOTA
    transfer_shows_as: Method = Method.TRANSFER
    ids_in_any_case: bool = False
    arns_as_ids: bool = True
    paused_contact_refused: bool = False
    flow_only_refused: bool = False
    agent_has_queue: bool = False

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(entry.default, float) and (
                not isinstance(value, int | float) or value < _LEAST.get(entry.name, 0)
            ):
                raise ValueError(f"{entry.name} is a duration in seconds, 0 or more, not {value!r}")
            if isinstance(entry.default, bool) and not isinstance(value, bool):
                raise ValueError(f"{entry.name} is true or false, not {value!r}")  # noqa: TRY004 - one error type for every bad value

    def changed(self, **changes: Any) -> Switches:
        """Return a copy with some switches set. Raise ``ValueError`` naming a switch that is unknown or out of range."""
        known = {entry.name for entry in fields(self)}
        unknown = sorted(set(changes) - known)
        if unknown:
            raise ValueError(f"unknown switch: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        kinds = {entry.name: type(entry.default) for entry in fields(self) if isinstance(entry.default, StrEnum)}
        chosen = {name: kinds[name](value) for name, value in changes.items() if name in kinds}
        return replace(self, **{**changes, **chosen})

    def as_dict(self) -> dict[str, Any]:
        """Return all switches, ready for JSON."""
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}
