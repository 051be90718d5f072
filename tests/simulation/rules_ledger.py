"""The two rules that read the service's own account: what the ledger tells must be what Connect did (g), and the worker's telemetry
must not tell of a defect of its own (h).
"""

from __future__ import annotations

from collections.abc import Iterator

from local.virtual.expressions import Item
from tests.simulation import rules_names
from tests.simulation.case import Case
from tests.simulation.scenario import INSTANCE


def ledger(case: Case) -> Iterator[str]:
    """The ledger names a transfer that did not happen, or lacks one that did."""
    items = case.evidence.ledger
    for key, item in items.items():
        if key.startswith("contact#") and "winner" in item:
            yield from _happened(case, key.rpartition("#")[2], item)
    for record in case.evidence.transfers:
        item = items.get(f"contact#{INSTANCE}#{record.old}", {})
        if record.old in case.deadly or record.time <= case.evidence.ended - rules_names.remembered(case):
            continue
        if any(
            rules_names.unanswered(wanted) for wanted in case.evidence.wanted if wanted.target.contact == record.old
        ):
            continue
        if case.switch("answers_old_contact_id") and any(name.startswith("done:") for name in item):
            continue  # for the ledger the contact lives on, and others may ask for it
        if record.by == "TransferContact" and "winner" not in item and not case.evidence.left:
            yield f"contact {record.old} was transferred to {record.new}, and the ledger does not know"


def _happened(case: Case, contact: str, item: Item) -> Iterator[str]:
    told = item.get("newContactId", {}).get("S") or None
    made = case.transfers.get(contact, [])
    inferred = bool(item.get("inferred", {}).get("BOOL"))
    if not inferred:
        made = [record for record in made if record.by == "TransferContact"]
    if not any(told in (record.new, None) for record in made):
        yield f"the ledger has contact {contact} transferred to {told}, which did not happen"


def defects(case: Case) -> Iterator[str]:
    """The worker itself says that something happened which should never happen."""
    for defect in case.evidence.defects[:3]:
        yield f"the worker reports a defect of its own: {defect}"
