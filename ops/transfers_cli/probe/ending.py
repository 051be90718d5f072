"""The end of a probe: every contact of its own is ended, and whatever became of it."""

from __future__ import annotations

from transfers_cli.probe.contacts import FIRST_PAUSE, Contacts, slower
from transfers_cli.probe.register import Register
from transfers_cli.probe.search import search

#: What StopContact answers for a contact that has ended. Source: API reference.
_HAS_ENDED = "ContactNotFoundException"


async def end_all(contacts: Contacts) -> None:
    """End every contact of the probe. What cannot be ended yet is tried again until the laboratory closes. Raise ``NotSettled``."""
    register, pause = contacts.register, FIRST_PAUSE
    while left(register):
        for name in list(register.active()):
            await end_one(contacts, name)
        for name in register.unchecked():
            await check(contacts, name)
        if register.lost_starts or register.is_blind:
            await _find(contacts)
        for name in register.hidden():
            await _look(contacts, name)
        if left(register):
            await contacts.lab.wait(pause)
            pause = slower(pause)


async def end_one(contacts: Contacts, contact_id: str) -> bool:
    """End a contact of the probe, and answer whether Connect says so. Raise ``NotSettled``."""
    answer = await contacts.lab.ask("StopContact", InstanceId=contacts.place.instance_id, ContactId=contact_id)
    has_ended = answer.is_success or answer.code == _HAS_ENDED
    if has_ended:
        contacts.register.ended(contact_id)
    return has_ended


async def check(contacts: Contacts, contact_id: str) -> None:
    """Look at the whole tree of a contact that was started: whatever is in it is the probe's. Raise ``NotSettled``."""
    if contacts.register.contacts[contact_id].checked or not (await contacts.describe(contact_id)).is_success:
        return
    tree, _ = await contacts.tree(contact_id)
    contacts.register.check(
        {contact_id: False, **{str(one["ContactId"]): "DisconnectTimestamp" in one for one in tree}}
    )


async def _look(contacts: Contacts, contact_id: str) -> None:
    """Look for what follows a contact. One that Connect does not know yet is looked at again."""
    answer = await contacts.describe(contact_id)
    if answer.is_success:
        await contacts.successors(contact_id)


async def _find(contacts: Contacts) -> None:
    """Find contacts whose ids no answer gave by the probe's name, which they bear."""
    asked_at = contacts.lab.now()
    found, _ = await search(contacts)
    contacts.register.found(found, asked_at)


def left(register: Register) -> dict[str, str]:
    """What may not have ended, by id or token, with the reason."""
    found = dict.fromkeys(register.active(), "it could not be ended")
    found |= dict.fromkeys(register.hidden(), "what it was transferred to does not show yet")
    found |= dict.fromkeys(register.unchecked(), "what became of it was not looked at")
    return found | dict.fromkeys(register.lost_starts, "whether it was started is not known")
