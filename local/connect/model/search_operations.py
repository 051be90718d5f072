"""SearchContacts, with the filters that the API documents and are simulated here. It has no filter for contacts that wait in a queue.

A contact is found ``search_shows_after`` seconds after it started; so late are its end and its agent, too (assumed: the search index lags).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.connect.model import errors, views
from local.connect.model.pages import page
from local.connect.model.records import Contact
from local.connect.model.store import Store

Params = Mapping[str, Any]
Moment = Callable[[Contact], float | None]

#: Filters of ``SearchCriteria`` that are simulated: what a contact must have to match one of the given values.
_CRITERIA: Mapping[str, Callable[[Contact], str | None]] = {
    "QueueIds": lambda contact: contact.queue_id if contact.queued is not None else None,
    "AgentIds": lambda contact: contact.agent_id,
    "Channels": lambda contact: contact.channel,
    "InitiationMethods": lambda contact: contact.initiation_method,
    "ActiveRegions": lambda contact: contact.active_region,
}
_TIMES: Mapping[str, Moment] = {
    "INITIATION_TIMESTAMP": lambda contact: contact.started,
    "ENQUEUE_TIMESTAMP": lambda contact: contact.queued,
    "CONNECTED_TO_AGENT_TIMESTAMP": lambda contact: contact.connected,
    "DISCONNECT_TIMESTAMP": lambda contact: contact.ended,
}
#: Documented: contacts cannot be sorted by the time at which they were queued.
_SORTABLE = frozenset({"INITIATION_TIMESTAMP", "CONNECTED_TO_AGENT_TIMESTAMP", "DISCONNECT_TIMESTAMP"})
#: Documented: the longest time range of one search.
_LONGEST_RANGE_SECONDS = 8 * 7 * 86_400.0


def search_contacts(store: Store, params: Params, _: str) -> dict[str, Any]:
    """SearchContacts. Newest first unless sorted otherwise (assumed)."""
    instance = store.instance(params["InstanceId"])
    is_in_range = _time_range(params["TimeRange"])
    criteria = dict(params.get("SearchCriteria") or {})
    is_named = _name(criteria.pop("Name", None))
    if unknown := sorted(criteria.keys() - _CRITERIA.keys()):
        raise errors.invalid_request(f"The simulator does not search by {', '.join(unknown)}.")
    known_by = store.now() - store.switches.search_shows_after
    found = [
        contact
        for contact in store.contacts.values()
        if contact.instance is instance
        and contact.started <= known_by
        and is_in_range(contact)
        and is_named(contact)
        and all(_CRITERIA[name](contact) in values for name, values in criteria.items() if values)
    ]
    moment, is_descending = _order(params.get("Sort"))
    found.sort(key=lambda contact: (moment(contact) or 0.0, contact.id), reverse=is_descending)
    answer = page(
        "Contacts",
        [views.by_its_clock(views.search_summary(contact, known_by), store.switches) for contact in found],
        params,
        default_size=10,
    )
    return {**answer, "TotalCount": len(found)}


def _time_range(given: Mapping[str, Any]) -> Callable[[Contact], bool]:
    moment, start, end = _TIMES.get(given["Type"]), float(given["StartTime"]), float(given["EndTime"])
    if end < start or end - start > _LONGEST_RANGE_SECONDS:
        raise errors.invalid_request("TimeRange must end after it starts and span at most eight weeks.")
    if moment is None:
        raise errors.invalid_request(f"The simulator does not search by {given['Type']}.")

    def is_in_range(contact: Contact) -> bool:
        at = moment(contact)
        return at is not None and start <= at <= end

    return is_in_range


def _name(given: Mapping[str, Any] | None) -> Callable[[Contact], bool]:
    """The filter by name, without case (assumed); all of the texts or any of them."""
    texts = [text.casefold() for text in (given or {}).get("SearchText", [])]
    if given is None or not texts:
        return lambda _contact: True
    if given["MatchType"] not in {"MATCH_ALL", "MATCH_ANY"}:
        raise errors.invalid_request(f"The simulator does not search by names that {given['MatchType']}.")
    matches = any if given["MatchType"] == "MATCH_ANY" else all
    return lambda contact: matches(text in (contact.name or "").casefold() for text in texts)


def _order(given: Mapping[str, Any] | None) -> tuple[Moment, bool]:
    if given is None:
        return _TIMES["INITIATION_TIMESTAMP"], True
    if given["FieldName"] not in _SORTABLE:
        raise errors.invalid_request(f"The simulator does not sort by {given['FieldName']}.")
    return _TIMES[given["FieldName"]], given["Order"] == "DESCENDING"
