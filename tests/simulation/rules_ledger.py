"""The two rules that read the service's own account: what the ledger tells must be what Connect did (g), and the worker's telemetry
must not tell of a defect of its own (h).
"""

from __future__ import annotations

from collections.abc import Iterator

from contact_transfer.ledger.documents import decode
from contact_transfer.ledger.records import Contact, Transfer
from tests.simulation import rules_fate, rules_names
from tests.simulation.case import Case
from tests.simulation.scenario import INSTANCE


def ledger(case: Case) -> Iterator[str]:
    """The ledger names a transfer that did not happen, or lacks one that did."""
    contacts = {
        key.rpartition("#")[2]: decode(Contact, item["document"]["S"])
        for key, item in case.evidence.ledger.items()
        if key.startswith(f"contact#{INSTANCE}#")
    }
    for old, contact in contacts.items():
        if contact.transfer is not None:
            yield from _happened(case, old, contact.transfer)
    for record in case.evidence.transfers:
        known = contacts.get(record.old, Contact())
        if (
            rules_fate.said_unknown(case, record.old)
            or record.old in case.deadly
            or record.time <= case.evidence.ended - rules_names.remembered(case)
        ):
            continue
        if any(
            rules_names.unanswered(wanted) for wanted in case.evidence.wanted if wanted.target.contact == record.old
        ):
            continue
        if case.switch("answers_old_contact_id") and any(one.done for one in known.requests.values()):
            continue  # for the ledger the contact lives on, and others may ask for it
        if record.by == "TransferContact" and known.transfer is None and not case.evidence.left:
            yield f"contact {record.old} was transferred to {record.new}, and the ledger does not know"


def _happened(case: Case, contact: str, transfer: Transfer) -> Iterator[str]:
    told = transfer.new_contact_id
    made = case.transfers.get(contact, [])
    if not transfer.inferred:
        made = [record for record in made if record.by == "TransferContact"]
    if not any(told in (record.new, None) for record in made):
        yield f"the ledger has contact {contact} transferred to {told}, which did not happen"


def defects(case: Case) -> Iterator[str]:
    """The worker itself says that something happened which should never happen."""
    for defect in case.evidence.defects[:3]:
        yield f"the worker reports a defect of its own: {defect}"
