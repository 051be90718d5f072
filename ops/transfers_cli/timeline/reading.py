"""The timeline of what a search found."""

from __future__ import annotations

import time

from transfers_cli.deployment import Deployment
from transfers_cli.status.search import Answer
from transfers_cli.timeline import from_ledger, from_logs
from transfers_cli.timeline.entry import Entry, Kind, merged
from transfers_cli.timeline.logs import lines


def timeline(found: Deployment, answer: Answer, *, logs: bool = True) -> list[Entry]:
    """Everything that is known of it, oldest first; what will happen is last. ``logs``: ask for the worker's log lines, too."""
    now = time.time()
    known = [entry for story in answer.stories for entry in from_ledger.entries(story, now)]
    known += [entry for held in answer.held for entry in from_ledger.held_entries(held)]
    known += [
        Entry(
            message.failed_at, Kind.FAILED, f"failed: {message.code}. {message.why}", message.attribute("RequestName")
        )
        for message in answer.parked
        if not answer.stories
    ]
    began = min((entry.at for entry in known if entry.kind is not Kind.NEXT), default=now)
    contacts = [story.contact_id for story in answer.stories]
    contacts += [str(held.public.get("contactId")) for held in answer.held]
    logged = from_logs.entries(lines(found, contacts, began)) if logs and contacts else ()
    return merged(known, logged)
