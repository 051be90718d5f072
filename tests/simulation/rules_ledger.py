"""The two rules that read the service's own account: what the ledger tells must be what Connect did (g), and the worker's telemetry
must not tell of a defect of its own (h).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from local.virtual.dynamodb import Item
from tests.simulation import rules_names
from tests.simulation.case import Case
from tests.simulation.scenario import INSTANCE

#: What the ledger promises of its items, whatever producers do.
LARGEST_BYTES = 64 * 1024


def ledger(case: Case) -> Iterator[str]:
    """The ledger names a transfer that did not happen, or lacks one that did; or a contact's item has grown beyond what is promised."""
    if case.evidence.largest_item > LARGEST_BYTES:
        yield f"an item has grown to {case.evidence.largest_item} bytes"
    every = [(key, _document(item)) for items in case.evidence.ledgers for key, item in items.items()]
    every = [(key, document) for key, document in every if key.startswith("contact#")]
    for key, document in every:
        if "transfer" in document:
            yield from _happened(case, key.rpartition("#")[2], document["transfer"])
    # Of two deployments, the one that transferred it.
    documents = dict(sorted(every, key=lambda one: "transfer" in one[1]))
    for record in case.evidence.transfers:
        document = documents.get(f"contact#{INSTANCE}#{record.old}", {})
        if record.old in case.deadly or record.time <= case.evidence.ended - rules_names.remembered(case):
            continue
        made = [wanted for wanted in case.evidence.wanted if record.token in wanted.tokens]
        if any(rules_names.unanswered(wanted) or case.is_unknown(wanted) for wanted in made):
            continue
        if case.switch("answers_old_contact_id") and any(
            "done" in one for one in document.get("requests", {}).values()
        ):
            continue  # for the ledger the contact lives on, and others may ask for it
        if record.by == "TransferContact" and "transfer" not in document and not case.evidence.left:
            yield f"contact {record.old} was transferred to {record.new}, and the ledger does not know"


def _document(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(item["document"]["S"])
    return found


def _happened(case: Case, contact: str, transfer: Mapping[str, Any]) -> Iterator[str]:
    shown = transfer.get("newContactId")
    made = case.transfers.get(contact, [])
    if not transfer.get("inferred"):
        made = [record for record in made if record.by == "TransferContact"]
    if not any(shown in (record.new, None) for record in made):
        yield f"the ledger has contact {contact} transferred to {shown}, which did not happen"


def defects(case: Case) -> Iterator[str]:
    """The worker itself says that something happened which should never happen."""
    for defect in case.evidence.defects[:3]:
        yield f"the worker reports a defect of its own: {defect}"
