"""What an id means: a request's name, a producer's requestId, a contact before or after its transfer, or a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from contact_transfer.connect.responses import ContactView
from contact_transfer.ledger.records import Contact
from contact_transfer.messaging.schedules import may_hold
from contact_transfer.request import arn, identity
from transfers_cli import say
from transfers_cli.deployment import Deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.failed.parked import Parked
from transfers_cli.held import HeldRequest, held_request, schedule_names
from transfers_cli.ledger import LedgerReader, Story
from transfers_cli.look import Looker
from transfers_cli.status.parked import DeadLetters, look
from transfers_cli.status.states import failure_of

NAMED, UNNAMED = "request:", "contact:"
#: Schedules whose names are looked at: each hundred takes a call.
_SCHEDULES = 10_000


@dataclass
class Answer:
    """Everything that was found.

    ``names``: of the request that was asked for, if the id is a request's. ``letters``: the dead-letter queue, if it was
    looked into; ``parked``: its messages about the id. ``held``: requests that are scheduled. ``tree``: contacts as Connect shows them.
    """

    what: str
    names: list[str] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    tree: list[ContactView] = field(default_factory=list)
    letters: DeadLetters | None = None
    parked: Sequence[Parked] = ()
    held: Sequence[HeldRequest] = ()

    @property
    def is_seen(self) -> bool:
        """Whether anything was found."""
        return bool(self.stories or self.parked or self.held)


class Search:
    """One search. ``connect``: whether Connect may be asked; ``by_request_id``: the id is a producer's and nothing else.

    ``instance``: the one that ``--instance`` chose.
    """

    def __init__(self, found: Deployment, instance: str | None, *, by_request_id: bool, connect: bool) -> None:
        self._found = found
        self._reader = LedgerReader(found)
        self._instances = list(chosen_instances(found, instance))
        self._by_request_id = by_request_id
        self._connect = connect

    def find(self, what: str) -> Answer:
        """All that is known of the id. ``what``: an id of a contact, a request or a message."""
        answer = Answer(what, self._names(what))
        stories = [*self._of_names(answer.names), *self._of_contact(self._contact(what))]
        answer.stories = list({(story.instance_id, story.contact_id): story for story in stories}.values())
        answer.held = list(self._held(answer.names, self._contact(what)))
        if self._connect and answer.stories:
            first = answer.stories[0]
            answer.tree = self._chain(first.instance_id, first.contact_id)
        elif self._connect and (contact := self._contact(what)):
            self._follow_back(answer, contact)
        if not answer.stories or any(_has_failures(story.contact) for story in answer.stories):
            answer.letters = look(self._found)
            answer.parked = answer.letters.of(what, *answer.names, self._contact(what))
        return answer

    def _names(self, what: str) -> list[str]:
        if what.startswith((NAMED, UNNAMED)) and not self._by_request_id:
            return [what]
        return [identity.request_name(instance, what) for instance in self._instances]

    def _contact(self, what: str) -> str | None:
        """The contact that the id may be, or that it names."""
        if self._by_request_id or what.startswith(NAMED):
            return None
        return what.split(":")[1] if what.startswith(UNNAMED) else what.rsplit("/", 1)[-1]

    def _of_names(self, names: Sequence[str]) -> Iterator[Story]:
        for name in names:
            owner = self._reader.request_id(name) if name.startswith(NAMED) else None
            if owner is not None:
                story = self._reader.story(owner.instance_id, owner.contact_id)
                yield story or Story(owner.instance_id, owner.contact_id, Contact())

    def _of_contact(self, contact: str | None) -> Iterator[Story]:
        for instance in self._instances if contact else ():
            if story := self._reader.story(instance, str(contact)):
                yield story

    def _held(self, names: Sequence[str], contact: str | None) -> Iterator[HeldRequest]:
        """The scheduled requests of the names, or for the contact."""

        def may_be(schedule: str) -> bool:
            named = any(may_hold(schedule, instance, name=name) for instance in self._instances for name in names)
            return named or any(may_hold(schedule, instance, contact_id=contact) for instance in self._instances)

        listed = list(islice(schedule_names(self._found), _SCHEDULES + 1))
        if len(listed) > _SCHEDULES:
            say.note(f"only the first {_SCHEDULES:,} schedules were looked at", style="yellow")
        for schedule in filter(may_be, listed[:_SCHEDULES]):
            held = held_request(self._found, schedule)
            if held and (held.public.get("requestName") in names or held.public.get("contactId") == contact):
                yield held

    def _follow_back(self, answer: Answer, contact: str) -> None:
        """The contact that a transfer made has no document; the one before it has."""
        for instance in self._instances:
            answer.tree = self._chain(instance, contact)
            stories = (self._reader.story(instance, view.contact_id) for view in answer.tree)
            answer.stories = [story for story in stories if story is not None]
            if answer.tree:
                return

    def _chain(self, instance_id: str, contact_id: str) -> list[ContactView]:
        try:
            return Looker(self._found.aws("connect"), self._found.settings).chain(instance_id, contact_id)
        except Stop as stop:  # the rest is worth telling all the same
            say.note(stop.message, style="yellow")
            return []


def chosen_instances(found: Deployment, instance: str | None) -> Iterator[str]:
    """The ids of the deployment's instances, or of ``instance``, if one was chosen. Raise ``Stop`` when it is none of them."""
    known = [arn.parse_instance(text).instance_id for text in found.settings.instance_arns]
    wanted = None if instance is None else instance.rsplit("/", 1)[-1].lower()
    if wanted is not None and wanted not in known:
        raise Stop(f"{found.stack} does not serve instance {instance}: it serves {', '.join(known)}.", Exit.USAGE)
    yield from (one for one in known if wanted in (None, one))


def _has_failures(contact: Contact) -> bool:
    return any(failure_of(record) for record in contact.requests.values())
