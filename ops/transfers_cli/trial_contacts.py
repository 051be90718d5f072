"""The command's own test contacts: tasks in one instance, started, and ended together with whatever became of them.

Each has ``NAME`` in its name and the trial's name as a contact attribute, so that people, flows and reports recognize it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from transfers_cli.errors import Stop
from transfers_cli.look import Looker

#: What the name of every test contact begins with.
NAME = "Contact Transfer test"
#: The contact attribute that holds the trial's name.
ATTRIBUTE = "contactTransferTest"
#: Half of the account's quota of StartTaskContact, 2 a second. Source: "Amazon Connect service quotas".
_PAUSE_SECONDS = 0.5


def trial_name(what: str) -> str:
    """A name for one trial, unlike that of any other: ``what``, the time, and some random digits."""
    return f"{what}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(3)}"


class TrialContacts:
    """The test contacts of one trial. A start whose answer is lost is repeated with its token, so it is never a second contact."""

    def __init__(self, client: Any, looker: Looker, instance_id: str, flow_id: str, trial: str) -> None:
        self._client = client
        self._looker = looker
        self._instance_id = instance_id
        self._flow_id = flow_id
        self._trial = trial
        self._started: dict[str, str | None] = {}
        self._successors: set[str] = set()

    def start(self) -> str:
        """Start a test contact and return its id. Raise botocore's errors."""
        if self._started:
            time.sleep(_PAUSE_SECONDS)  # the quota belongs to the whole account
        token = f"{self._trial}-{len(self._started)}"
        self._started[token] = None
        return self._start(token)

    def _start(self, token: str) -> str:
        try:
            return self._call(token)
        except BotoCoreError:  # no answer: with its token the same call is the same contact
            return self._call(token)

    def _call(self, token: str) -> str:
        try:
            answer = self._client.start_task_contact(
                InstanceId=self._instance_id,
                ContactFlowId=self._flow_id,
                Name=f"{NAME} ({self._trial})",
                Description="Made by the command transfers, which ends it.",
                Attributes={ATTRIBUTE: self._trial},
                ClientToken=token,
            )
        except ClientError:
            del self._started[token]  # refused: there is no contact
            raise
        self._started[token] = contact_id = str(answer["ContactId"])
        return contact_id

    def became(self, contact_id: str) -> None:
        """Remember a contact that a transfer of a test contact made: it is ended, too, even if Connect does not list it yet."""
        self._successors.add(contact_id)

    def end_all(self) -> dict[str, str]:
        """End every test contact and what became of it. Return those that are left, by id or token, with the reason."""
        left: dict[str, str] = {}
        for token, known in list(self._started.items()):
            try:
                first = known or self._start(token)
            except (ClientError, BotoCoreError) as error:
                left[token] = f"whether it was started is not known: {error}"
                continue
            left.update(self._end(self._tree(first, left)))
        left.update(self._end(self._successors))
        return left

    def _tree(self, first: str, left: dict[str, str]) -> set[str]:
        """The contact and its successors that are active, as far as Connect lists them."""
        try:
            listed = self._looker.chain(self._instance_id, first)
        except Stop as stop:
            left[f"successors of {first}"] = stop.message
            return {first}
        return {view.contact_id for view in listed if not view.ended} | ({first} if not listed else set())

    def _end(self, contacts: Iterable[str]) -> dict[str, str]:
        left = {}
        for contact_id in sorted(contacts):
            try:
                self._client.stop_contact(InstanceId=self._instance_id, ContactId=contact_id)
            except ClientError as error:
                code = str(error.response.get("Error", {}).get("Code"))
                if code != "ContactNotFoundException":  # that one says that it has ended
                    left[contact_id] = code
            except BotoCoreError as error:
                left[contact_id] = str(error)
            self._successors.discard(contact_id)
        return left
