"""Where the facts come from: logs, dead-letter queue, ledger, Connect. Everything is read; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from contact_transfer.ledger.records import Contact
from contact_transfer.request import arn
from transfers_cli import progress, say
from transfers_cli.audit.facts import Facts, Failure, Shown
from transfers_cli.audit.logs import read_logs
from transfers_cli.deployment import Deployment
from transfers_cli.failed.parked import NO_CODE, NOT_DELIVERED, Parked
from transfers_cli.failed.source import Source
from transfers_cli.ledger import LedgerReader
from transfers_cli.look import Looker


class Sources:
    """All sources of one deployment. ``most``: how many contacts Connect is asked about at most.

    ``asked`` and ``left_out``: about how many it was asked, or not; ``elsewhere``: parked messages that somebody else had in hand.
    """

    def __init__(self, found: Deployment, most: int) -> None:
        self._found = found
        self._most = most
        self._instances = [arn.parse_instance(text) for text in found.settings.instance_arns]
        self._at: dict[str, str] = {}
        self.asked = 0
        self.left_out = 0
        self.elsewhere = 0

    def facts(self, since: float, until: float, *, scan: bool) -> Facts:
        """Read everything.

        Args:
            since: beginning of the window, epoch seconds.
            until: its end.
            scan: go through the whole ledger, too.
        """
        with progress.counting("log lines", None) as shown:
            logged = read_logs(self._found, since, until, shown.reached)
        facts = Facts(since, until, logged, channels=self._found.settings.allowed_channels)
        facts = replace(facts, region=self._instances[0].region, parked=tuple(self._parked(since, until)))
        facts = replace(facts, ledger=self._ledger(facts, scan=scan))
        return replace(facts, connect=self._connect(facts))

    def _parked(self, since: float, until: float) -> Iterator[Failure]:
        """What lies in the dead-letter queue with a reason of the worker. Looking takes messages and gives them back."""
        with progress.counting("parked", None) as shown, Source.of(self._found, confirmation=False).look() as looking:
            messages = looking.look(shown.reached)
            self.elsewhere = looking.elsewhere
        for message in messages:
            if message.code not in (NO_CODE, NOT_DELIVERED) and since <= message.failed_at <= until:
                yield _failure(message)

    def _ledger(self, facts: Facts, *, scan: bool) -> Mapping[str, Contact]:
        reader, found = LedgerReader(self._found), dict[str, Contact]()
        named = facts.logged.contact_ids | {one.contact_id for one in facts.parked if one.contact_id is not None}
        named |= {one.moved_contact_id for one in facts.logged.announcements if one.moved_contact_id is not None}
        with progress.counting("ledger", None) as shown:
            for instance_id, contact_id, contact in self._documents(reader, sorted(named), scan=scan):
                found[contact_id], self._at[contact_id] = contact, instance_id
                shown.reached(len(found))
        return found

    def _documents(self, reader: LedgerReader, named: list[str], *, scan: bool) -> Iterator[tuple[str, str, Contact]]:
        ids = [one.instance_id for one in self._instances]
        documents = reader.documents(((instance, contact) for instance in ids for contact in named), ())
        for instance in ids:
            for contact_id in named:
                if (contact := documents.contact(instance, contact_id)) is not None:
                    yield instance, contact_id, contact
        if scan:
            yield from reader.all_contacts()

    def _connect(self, facts: Facts) -> dict[str, Shown]:
        looker, shown = Looker(self._found.aws("connect"), self._found.settings), dict[str, Shown]()
        wanted = contacts_to_ask(facts)
        failed = {one.contact_id for one in (*facts.logged.failures, *facts.parked)}
        self.left_out = max(0, len(wanted) - self._most)
        with progress.counting("Connect", min(len(wanted), self._most)) as counted:
            for contact_id, named in list(wanted.items())[: self._most]:
                instance = self._at.get(named, self._instances[0].instance_id)
                view = looker.contact(instance, contact_id)
                tree = looker.chain(instance, contact_id) if contact_id in failed and view is not None else None
                shown[contact_id] = Shown(view, None if tree is None else tuple(tree))
                counted.advanced(1)
        self.asked = len(shown)
        return shown


def contacts_to_ask(facts: Facts) -> dict[str, str]:
    """The contacts that Connect is asked about, each with the contact that its request names; latest first.

    A transfer whose new contact has been heard of by a contact event is Connect's own word already.
    """
    wanted = dict[str, str]()
    for failure in sorted((*facts.logged.failures, *facts.parked), key=lambda one: -one.at):
        if failure.contact_id is not None:
            wanted.setdefault(failure.contact_id, failure.contact_id)
    heard = {one.new_contact_id for one in facts.logged.arrivals}
    for one in reversed(facts.logged.announcements):
        if one.new_contact_id is not None and not one.repeated and one.new_contact_id not in heard:
            wanted.setdefault(one.new_contact_id, one.contact_id)
            wanted.setdefault(one.moved_contact_id or one.contact_id, one.contact_id)
    return wanted


def _failure(message: Parked) -> Failure:
    original = message.attribute("OriginalMessageId") or message.message_id
    return Failure(message.failed_at, message.code, original, message.attribute("RequestName"), message.contact)


def summary(facts: Facts, sources: Sources) -> dict[str, str]:
    """What was looked at, for a person."""
    logged = facts.logged
    counts = {
        "announced": f"{say.count(len(logged.announcements), 'transfer')}, {say.count(len(logged.failures), 'failure')}",
        "arrived or ended": say.count(len(logged.arrivals), "new contact"),
        "parked": say.count(len(facts.parked), "message"),
        "in the ledger": say.count(len(facts.ledger), "contact"),
        "asked of Connect": say.count(sources.asked, "contact"),
    }
    if sources.left_out:
        counts["not asked"] = f"{say.count(sources.left_out, 'contact')}: raise --contacts"
    if sources.elsewhere:
        counts["not seen"] = f"{say.count(sources.elsewhere, 'parked message')} that somebody else has in hand"
    return counts
