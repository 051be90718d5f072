"""What rules say of a run whose evidence is bent: they judge by what happened when, not by whether it ever did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from local.virtual import Published
from tests.simulation import auditor, campaign
from tests.simulation.evidence import Evidence
from tests.simulation.run import run
from tests.simulation.scenario import Ask, Request, Scenario

_RIVALS = Scenario(
    seed=1,
    contacts=("task",),
    requests=(Request(0, queue="Support", request_id="first"), Request(0, queue="Billing", request_id="second")),
    asks=(Ask(0.0, 0), Ask(30.0, 1)),
)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """One request is transferred, the other learns half a minute later that the contact is gone."""
    return run(_RIVALS, campaign.subject())


def _found(evidence: Evidence, rule: str) -> list[str]:
    return [finding.what for finding in auditor.audit(evidence, (rule,))]


def test_a_run_in_which_all_went_well_has_no_finding(evidence: Evidence) -> None:
    assert auditor.audit(evidence) == []
    assert len(evidence.events) == 2


def test_a_contact_that_is_transferred_later_was_active_when_it_was_said_not_to_be(evidence: Evidence) -> None:
    later = [replace(record, time=record.time + 3600) for record in evidence.transfers]
    ends = {contact: ended + 3600 for contact, ended in evidence.ended_contacts.items()}
    (what,) = _found(replace(evidence, transfers=later, ended_contacts=ends), "c-code")
    assert "as ContactNotActive, which is not so" in what


@pytest.mark.parametrize(
    ("number", "changed", "says"),
    [
        (0, {"newContactArn": None}, "with newContactArn None"),
        (0, {"attempts": 2}, "says that work began 2 times; it was 1 to 1"),
        (0, {"attempts": None}, "does not say how often work began"),
        (0, {"instanceId": "another"}, "says instanceId 'another' where it is"),
        (0, {"attribution": "guessed"}, "says attribution 'guessed'"),
        (0, {"token": "t"}, "has token, which the contract does not know"),
        (1, {"failureCode": "FlowNotUsable"}, "as FlowNotUsable, and was never parked as that"),
        (1, {"originalMessageId": "nobody's"}, "of a message that nobody sent: nobody's"),
        (1, {"requestName": "other"}, "differ from what was announced"),
        (1, {"failedAt": "yesterday"}, "says failedAt 'yesterday'"),
        (1, {"failedAt": "2026-01-02T00:00:00Z"}, "says failedAt 2026-01-02T00:00:00Z"),
        (1, {"failureMessage": ""}, "has no failureMessage"),
    ],
)
def test_an_event_with_a_wrong_fact_is_found(
    evidence: Evidence, number: int, changed: dict[str, Any], says: str
) -> None:
    events = list(evidence.events)
    events[number] = replace(events[number], detail={**events[number].detail, **changed})
    assert any(says in what for what in _found(replace(evidence, events=events), "g-announced"))


def test_events_of_another_source_or_under_one_name_are_found(evidence: Evidence) -> None:
    foreign = [replace(event, source="shop") for event in evidence.events]
    assert any("of source 'shop'" in what for what in _found(replace(evidence, events=foreign), "g-announced"))
    same = [replace(event, detail={**event.detail, "requestName": "all"}) for event in evidence.events]
    assert any("name of 2 requests" in what for what in _found(replace(evidence, events=same), "g-announced"))


def test_a_message_with_two_ends_is_found(evidence: Evidence) -> None:
    success, failure = evidence.events
    again = replace(failure, detail={**failure.detail, "failureCode": "OutcomeUnknown"})
    assert any("as ContactNotActive and as" in what for what in _found(_with(evidence, again), "c-one-end"))
    other = replace(failure, detail={**failure.detail, "originalMessageId": evidence.messages[0].id})
    assert any("and was transferred" in what for what in _found(_with(evidence, other), "c-one-end"))
    assert _found(_with(evidence, success), "c-one-end") == []


def _with(evidence: Evidence, event: Published) -> Evidence:
    return replace(evidence, events=[*evidence.events, event])


def test_an_inferred_success_is_that_of_a_request_that_called(evidence: Evidence) -> None:
    inferred = replace(evidence.events[0], detail={**evidence.events[0].detail, "attribution": "inferred"})
    bent = replace(evidence, events=[inferred, evidence.events[1]])
    assert _found(bent, "g-announced") == []
    calls = [call for call in evidence.calls if call.operation != "TransferContact"]
    assert any("and the request never called" in what for what in _found(replace(bent, calls=calls), "g-announced"))


def test_a_call_with_a_token_of_nobody_is_found(evidence: Evidence) -> None:
    calls = [replace(call, ids={**call.ids, "ClientToken": "t"}) for call in evidence.calls]
    assert any("with a token that is not" in what for what in _found(replace(evidence, calls=calls), "b-twice"))


def test_a_request_that_never_called_knows_what_became_of_it(evidence: Evidence) -> None:
    parked = evidence.dead_letters[0]
    unknown = {**parked.attributes, "FailureCode": {"StringValue": "OutcomeUnknown", "DataType": "String"}}
    parked.attributes, kept = unknown, parked.attributes
    try:
        assert any("as OutcomeUnknown, which is not so" in what for what in _found(evidence, "c-code"))
    finally:
        parked.attributes = kept


def test_a_defect_that_the_worker_reports_is_a_finding_of_its_own(evidence: Evidence) -> None:
    assert _found(replace(evidence, defects=["KeyError: 'x'"]), "h-defect") != []
    assert _found(replace(evidence, defects=["KeyError: 'x'"]), "f-mates") == []
