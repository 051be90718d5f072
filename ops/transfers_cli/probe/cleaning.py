"""``transfers probe --clean``: end what a probe has left that did not come to its own end."""

from __future__ import annotations

from contact_transfer.request.arn import InstanceArn
from transfers_cli.probe.answers import Wire
from transfers_cli.probe.contacts import Contacts, Place
from transfers_cli.probe.ending import end_all, left
from transfers_cli.probe.lab import Clock, Interrupted, Lab, NotSettled
from transfers_cli.probe.register import Register
from transfers_cli.probe.search import search
from transfers_cli.probe.trail import Trail

#: What the name of every probe begins with.
TRIALS = "probe-"
#: Seconds for everything.
_BUDGET = 900.0
#: So many seconds after its start SearchContacts finds a contact, and after its transfer a successor shows, if nobody has measured it.
_SHOWS_WITHIN = 60.0


def clean(wire: Wire, clock: Clock, instance: InstanceArn, trail: Trail, now: float) -> tuple[int, dict[str, str]]:
    """End every contact of the instance's probes that the trail or a search of the last day knows.

    Args:
        wire: sends the calls.
        clock: the laboratory's.
        instance: where.
        trail: what a probe on this machine has written.
        now: epoch seconds.

    Returns:
        How many were ended, and what may be left with the reason.
    """
    lab = Lab(wire, clock)
    place = Place(instance.instance_id, instance.text, "", "", None, None, TRIALS, now - _DAY)
    register = Register(lambda _step: None)
    register.shows_within = register.found_within = _SHOWS_WITHIN
    trail.read_into(register)
    contacts = Contacts(lab, place, register, "clean")
    over = set(register.contacts) - set(register.active())
    try:
        lab.run([_clean(contacts)], _BUDGET)
    except Interrupted:
        return _ended(register, over), {**left(register), "interrupted": "what a search would find was not looked for"}
    return _ended(register, over), left(register)


_DAY = 86_400.0


async def _clean(contacts: Contacts) -> None:
    try:
        found, _ = await search(contacts)
        for contact_id, shown in found.items():
            if "DisconnectTimestamp" not in shown:
                contacts.register.made(contact_id, "search")
        await end_all(contacts)
    except NotSettled:
        return  # what is left is reported


def _ended(register: Register, over: set[str]) -> int:
    return len(set(register.contacts) - set(register.active()) - over)
