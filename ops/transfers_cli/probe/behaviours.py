"""The behaviours that AWS leaves undocumented and a probe looks into: the one table of them.

Report, page of assumptions and tests read it. ``switches`` names what varies a behaviour in the simulator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Behaviour:
    """``question``: what a probe asks. ``assumed``: what this version goes by. ``needs``: what settles it, if not time alone."""

    name: str
    question: str
    assumed: str
    switches: tuple[str, ...] = ()
    needs: str = ""


#: Delays after which a token is used again: name and seconds.
REPLAYS: Mapping[str, float] = {
    "token.at-once": 0.0,
    "token.after-10-s": 10.0,
    "token.after-1-min": 60.0,
    "token.after-10-min": 600.0,
    "token.after-60-min": 3600.0,
}
#: The rejections that the API documents, or that follow from it: what is refused, and how.
REJECTIONS: Mapping[str, tuple[str, str]] = {
    "rejection.both-destinations": ("a queue and an agent in one call", "400"),
    "rejection.flow-type": ("a flow of a type that cannot transfer", "400"),
    "rejection.archived-flow": ("an archived flow", "400 or 404"),
    "rejection.unpublished-flow": ("a flow that was never published", "400 or 404"),
    "rejection.unknown-contact": ("a contact that does not exist", "404"),
    "rejection.unknown-flow": ("a flow that does not exist", "404"),
    "rejection.unknown-queue": ("a queue that does not exist", "404"),
    "rejection.unknown-user": ("an agent who does not exist", "404"),
    "rejection.ended-contact": ("a contact that has ended", "400 or 404"),
    "rejection.channel": ("a contact that is neither task nor e-mail", "400"),
}
_NEEDS = {
    "rejection.both-destinations": "--queue and --user",
    "rejection.flow-type": "a flow of such a type in the instance",
    "rejection.archived-flow": "an archived flow in the instance",
    "rejection.unpublished-flow": "an unpublished flow in the instance",
    "rejection.channel": "--contact, a VOICE or CHAT contact",
}
_REJECTION_SWITCHES = {
    "rejection.ended-contact": ("ended_contact_answers",),
    "rejection.archived-flow": ("unusable_flow_answers",),
    "rejection.unpublished-flow": ("unusable_flow_answers",),
}


_ROWS = (
    Behaviour("token.rejection", "Is a token spent by a refusal?", "free", ("token_remembers_rejection",)),
    Behaviour(
        "old.another-token",
        "Does a second call with another token, at once, transfer the old contact again?",
        "refused",
        ("old_contact_active_for",),
    ),
    Behaviour(
        "old.ended-after",
        "How long after the beginning of the new contact does the old one end, by Connect's records? (seconds)",
        "0",
        ("old_contact_active_for",),
    ),
    Behaviour(
        "old.end-shown",
        "How long does DescribeContact show the old contact as active?",
        "0 s",
        ("end_shown_after", "old_contact_active_for"),
    ),
    Behaviour(
        "new.known", "How long is a new contact unknown to ListAssociatedContacts?", "0 s", ("contact_known_after",)
    ),
    Behaviour(
        "new.described",
        "How long does DescribeContact not know a new contact?",
        "0 s",
        ("contact_described_after", "contact_known_after"),
    ),
    Behaviour(
        "new.listed", "How long does ListAssociatedContacts not show the successor?", "0 s", ("successor_listed_after",)
    ),
    Behaviour(
        "new.destination",
        "How long does the successor show no queue or agent?",
        "0 s",
        ("destination_known_after", "contact_described_after", "contact_known_after"),
    ),
    Behaviour(
        "new.queued",
        "How long does the flow take to queue the successor, by Connect's records? (seconds)",
        "0",
        ("flow_seconds",),
    ),
    Behaviour("new.searched", "How long does SearchContacts not find a new contact?", "0 s", ("search_shows_after",)),
    Behaviour(
        "answer.contact-id",
        "Which contact does the answer of TransferContact name?",
        "new contact",
        ("answers_old_contact_id", "answers_without_contact_id"),
    ),
    Behaviour("lineage.method", "Which InitiationMethod has the successor?", "TRANSFER", ("transfer_shows_as",)),
    Behaviour(
        "lineage.fields",
        "Do PreviousContactId, InitialContactId and channel of the successor name the old contact's?",
        "yes",
    ),
    Behaviour(
        "lineage.first-contact",
        "Does the first contact of a tree have an InitialContactId?",
        "no",
        ("initial_contact_names_itself",),
    ),
    Behaviour(
        "list.page-size",
        "How many contacts are on a page of ListAssociatedContacts at most?",
        "100",
        ("associated_page_size",),
    ),
    Behaviour(
        "limit.twelfth",
        "What is the twelfth transfer answered?",
        "402 ServiceQuotaExceededException",
        ("transfer_limit_answers",),
    ),
    Behaviour(
        "limit.linked-task",
        "Does a task that is linked to the twelfth contact count its transfers?",
        "no",
        ("linked_task_keeps_transfer_count",),
    ),
    Behaviour(
        "limit.active-tasks",
        "What is a transfer answered when the instance's active tasks are used up?",
        "402 ServiceQuotaExceededException",
        (),
        "2,500 active tasks, which a probe does not make",
    ),
    Behaviour("ids.capitals", "Are ids in capital letters the same ids?", "no", ("ids_in_any_case",)),
    Behaviour("ids.arns", "Are ARNs accepted where the API asks for ids?", "yes", ("arns_as_ids",)),
    Behaviour("state.paused", "Is a paused task transferred?", "yes", ("paused_contact_refused",)),
    Behaviour(
        "state.after-contact-work",
        "Is a contact in after-contact work transferred?",
        "not known",
        (),
        "an agent who works",
    ),
    Behaviour("flow-only", "Is a transfer without queue and agent accepted?", "yes", ("flow_only_refused",)),
    Behaviour(
        "agent.shown",
        "How does a contact show that was transferred to an agent?",
        "agent, or the agent's own queue",
        ("agent_has_queue",),
        "--user",
    ),
    Behaviour(
        "region.wrong",
        "What is a transfer outside of the contact's origin Region answered?",
        "400",
        (),
        "an instance that is replicated to another Region",
    ),
    Behaviour("email.transferred", "Is an e-mail transferred?", "yes", (), "--email"),
    Behaviour(
        "events.types",
        "Which contact events does a transfer make, how often, and in which spelling?",
        "INITIATED and QUEUED of the new contact",
        (),
        "a subscription to contact events, which a probe does not make",
    ),
    Behaviour(
        "clock.ahead", "How far is Connect's clock ahead of this machine's? (seconds)", "within 120 s", ("clock_ahead",)
    ),
    Behaviour("answers.agree", "Do all answers of this probe agree with each other?", "yes"),
    Behaviour("quota.transfers", "Was a call of TransferContact throttled at a quarter of the documented quota?", "no"),
)


def _replays() -> Iterator[Behaviour]:
    memory = ("token_replay", "token_forgotten_after", "old_contact_active_for")
    for name, seconds in REPLAYS.items():
        when = "at once" if not seconds else f"{seconds:g} s later"
        yield Behaviour(name, f"What is the same call with the same token answered {when}?", "first answer", memory)


def _rejections() -> Iterator[Behaviour]:
    for name, (what, how) in REJECTIONS.items():
        yield Behaviour(
            name,
            f"What is the transfer of {what} answered?"
            if "contact" in what
            else f"What is a transfer with {what} answered?",
            how,
            _REJECTION_SWITCHES.get(name, ()),
            _NEEDS.get(name, ""),
        )


BEHAVIOURS: Mapping[str, Behaviour] = {one.name: one for one in (*_replays(), *_ROWS, *_rejections())}
