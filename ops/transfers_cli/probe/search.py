"""Test contacts as SearchContacts finds them, by their name."""

from __future__ import annotations

from typing import Any

from transfers_cli.probe.answers import Answer
from transfers_cli.probe.contacts import Contacts, Summary
from transfers_cli.trial_contacts import NAME

#: Seconds before and after the probe's beginning that a search covers: clocks may differ, and a probe lasts hours at most.
_BEFORE, _AFTER = 3_600.0, 86_400.0


def search_request(instance_id: str, since: float, until: float) -> dict[str, Any]:
    """The parameters of SearchContacts for test contacts that began between ``since`` and ``until``, epoch seconds."""
    return {
        "InstanceId": instance_id,
        "TimeRange": {"Type": "INITIATION_TIMESTAMP", "StartTime": since, "EndTime": until},
        "SearchCriteria": {"Name": {"SearchText": [NAME], "MatchType": "MATCH_ALL"}},
        "Sort": {"FieldName": "INITIATION_TIMESTAMP", "Order": "DESCENDING"},
        "MaxResults": 100,
    }


async def search(contacts: Contacts) -> tuple[dict[str, Summary], Answer]:
    """The newest hundred contacts of this probe that are found, by id, and the answer. Raise ``NotSettled``."""
    place = contacts.place
    asked = search_request(place.instance_id, place.began - _BEFORE, place.began + _AFTER)
    answer = await contacts.lab.ask("SearchContacts", **asked)
    return {
        str(one["Id"]): one for one in answer.body.get("Contacts", ()) if place.trial in one.get("Name", "")
    }, answer
