"""The contacts of one experiment: started, transferred, looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transfers_cli.probe.answers import Answer
from transfers_cli.probe.lab import Lab, Lost, NotSettled
from transfers_cli.probe.register import Register
from transfers_cli.trial_contacts import ATTRIBUTE, NAME

#: A look that found nothing is repeated after so many seconds, then ``_SLOWER`` times as many, up to ``_LONGEST_PAUSE``.
FIRST_PAUSE, _LONGEST_PAUSE, _SLOWER = 0.5, 20.0, 1.5
#: Seconds between two looks at whether a successor has shown by now.
_BLIND_PAUSE = 2.0
Summary = Mapping[str, Any]


def slower(pause: float) -> float:
    """The pause after one of ``pause`` seconds."""
    return min(_LONGEST_PAUSE, pause * _SLOWER)


@dataclass(frozen=True)
class Place:
    """Where the probe works: an instance, and where its contacts begin and go. All ids but ``instance_arn``.

    ``trial``: the name of this probe, in the name and among the attributes of each of its contacts. ``began``: epoch seconds.
    """

    instance_id: str
    instance_arn: str
    start_flow: str
    flow: str
    queue: str | None
    user: str | None
    trial: str
    began: float

    @property
    def destination(self) -> dict[str, str]:
        """The parameters that say where transfers go: the queue, or else the agent."""
        return {"QueueId": self.queue} if self.queue else {"UserId": self.user or ""}

    @property
    def region(self) -> str:
        """Region of the instance."""
        return self.instance_arn.split(":")[3]

    @property
    def name(self) -> str:
        """The name of every contact of this probe."""
        return f"{NAME} ({self.trial})"


class Contacts:
    """What one experiment does with its contacts. ``name``: the experiment's, which its tokens begin with. ``own``: their ids."""

    def __init__(self, lab: Lab, place: Place, register: Register, name: str) -> None:
        self.lab = lab
        self.place = place
        self.register = register
        self.own: set[str] = set()
        self._name = name
        self._tokens = 0

    def token(self) -> str:
        """A client token that was never used."""
        self._tokens += 1
        return f"{self.place.trial}-{self._name}-{self._tokens}"

    async def start(self, **more: Any) -> str:
        """Start a task and return its id. ``more``: further parameters. Raise ``NotSettled``."""
        return await self.begin("StartTaskContact", more)

    async def begin(self, operation: str, more: Mapping[str, Any]) -> str:
        """Start a contact with an ``operation`` and parameters ``more`` than those of every contact. Raise ``NotSettled`` or ``Lost``."""
        token = self.token()
        asked = {
            "InstanceId": self.place.instance_id,
            "ContactFlowId": self.place.start_flow,
            "Name": self.place.name,
            "Attributes": {ATTRIBUTE: self.place.trial},
            "ClientToken": token,
            **more,
        }
        self.register.record({"start": operation, "asked": asked})
        answer = await self.lab.ask(operation, **asked)
        if answer.is_lost:
            self.register.lost_starts[token] = self.lab.now()
            raise Lost(f"the answer of {operation} was lost: {answer.said}")
        if not answer.is_success:
            raise NotSettled(f"no test contact could be started: {answer.said}: {answer.message}")
        contact_id = str(answer.body["ContactId"])
        self.register.made(contact_id, token)
        self.own.add(contact_id)
        return contact_id

    async def known(self, **more: Any) -> str:
        """Start a task and wait until Connect describes it. ``more``: further parameters. Raise ``NotSettled``."""
        contact_id = await self.start(**more)
        await self.described(contact_id)
        return contact_id

    async def described(self, contact_id: str, *, anywhere: bool = False) -> Summary:
        """Wait until Connect describes a contact, and return what it shows.

        Args:
            contact_id: the contact's.
            anywhere: its origin may be in another Region, where alone it can be transferred.

        Raises:
            NotSettled: it has ended already, or its origin is elsewhere.
        """
        pause = FIRST_PAUSE
        while not (answer := await self.describe(contact_id)).is_success:
            await self.lab.wait(pause)
            pause = slower(pause)
        shown: Summary = answer.body["Contact"]
        if "DisconnectTimestamp" in shown:
            raise NotSettled("the flow that test contacts begin in, or go to, ends them: choose another --start-flow")
        origin = origin_region(shown)
        if not anywhere and origin not in (None, self.place.region):
            raise NotSettled(f"contacts of this instance begin in {origin}: probe it there")
        return shown

    async def describe(self, contact_id: str) -> Answer:
        """DescribeContact. An end that shows is remembered. Raise ``NotSettled``."""
        answer = await self.lab.ask("DescribeContact", InstanceId=self.place.instance_id, ContactId=contact_id)
        own = self.register.contacts.get(contact_id)
        if answer.is_success and own is not None and "DisconnectTimestamp" in answer.body["Contact"]:
            self.register.ended(contact_id)
        return answer

    def request(self, contact_id: str, **changes: Any) -> dict[str, Any]:
        """A request of TransferContact with a token of its own. ``changes``: parameters to set, or with None to leave out."""
        asked = {
            "InstanceId": self.place.instance_id,
            "ContactId": contact_id,
            "ContactFlowId": self.place.flow,
            **self.place.destination,
            "ClientToken": self.token(),
            **changes,
        }
        return {name: value for name, value in asked.items() if value is not None}

    async def transfer(self, old: str, asked: Mapping[str, Any], *, slots: int = 1) -> Answer:
        """Send TransferContact, and remember what it makes.

        Args:
            old: id of the contact that is transferred, in Connect's own spelling.
            asked: the parameters.
            slots: as ``Lab.ask`` has it.

        Raises:
            Lost: the answer was lost.
            NotSettled: as ``Lab.ask`` has it.
        """
        while self.register.is_blind and self.register.hidden() != [old]:
            await self.lab.wait(_BLIND_PAUSE)  # what nobody can see cannot be ended, so there is one of it at a time
        self.register.transferring(old, self.lab.now())
        answer = await self.lab.ask("TransferContact", slots=slots, **asked)
        self.register.contacts[old].transferred_at = self.lab.now()  # the pace may have held the call back
        if answer.is_lost:
            raise Lost(f"the answer of TransferContact was lost: {answer.said}")
        new = new_id(answer, old)
        if not answer.is_success or new in self.register.contacts[old].children:
            self.register.made_nothing(old)
        elif new is not None:
            self._follows(old, new)
        return answer

    async def tree(self, contact_id: str) -> tuple[list[Summary], tuple[int, ...]]:
        """All contacts that Connect associates with one, and the numbers of the answers. Raise ``NotSettled``."""
        found: list[Summary] = []
        numbers: list[int] = []
        asked: dict[str, Any] = {"InstanceId": self.place.instance_id, "ContactId": contact_id, "MaxResults": 100}
        while True:
            answer = await self.lab.ask("ListAssociatedContacts", **asked)
            numbers.append(answer.number)
            found += answer.body.get("ContactSummaryList", ())
            self.register.pages = max(self.register.pages, len(numbers))
            if not answer.body.get("NextToken"):
                return found, tuple(numbers)
            asked["NextToken"] = answer.body["NextToken"]

    async def successors(self, contact_id: str) -> tuple[list[Summary], tuple[int, ...]]:
        """The contacts that Connect shows with this one as their previous one, and the numbers of the answers. Raise ``NotSettled``."""
        asked_at = self.lab.now()
        tree, numbers = await self.tree(contact_id)
        found = [one for one in tree if one.get("PreviousContactId") == contact_id]
        for one in found:
            self._follows(contact_id, str(one["ContactId"]))
        self.register.looked(contact_id, asked_at)
        return found, numbers

    def _follows(self, old: str, new: str) -> None:
        self.register.child(old, new)
        self.own.add(new)


def new_id(answer: Answer, old: str) -> str | None:
    """The id that an answer gives for the new contact; None where it gives none, or that of the ``old`` one."""
    new = answer.body.get("ContactId") if answer.is_success else None
    return str(new) if new and new != old else None


def origin_region(shown: Summary) -> str | None:
    """The Region in which a contact began, if its instance is replicated to another."""
    found = (shown.get("GlobalResiliencyMetadata") or {}).get("OriginRegion")
    return None if found is None else str(found)
