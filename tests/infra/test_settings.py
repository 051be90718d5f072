"""Every bad value and every impossible combination is one sentence, before anything is synthesized."""

from __future__ import annotations

from typing import Any

import pytest

from contact_transfer.config.worker_settings import DEFAULT_QUOTAS, Quota, Settings
from contact_transfer.request.parser import Refused, read_request
from contact_transfer_cdk.errors import DeploymentError
from tests.infra.deployments import ARN, SECOND, refusal, settings
from tests.made_by_the_stack import made


def test_only_the_instances_are_required_and_the_rest_has_the_contracts_defaults() -> None:
    given = settings()
    assert (given.transfers_per_second, given.burst, given.maximum_concurrency) == (2, 5, 2)
    assert (given.retry_for_hours, given.settle_minutes, given.ledger_days) == (24, 15, 400)
    assert given.quotas == DEFAULT_QUOTAS
    assert given.allowed_channels == {"TASK", "EMAIL"}
    assert not given.allowed_contact_flow_ids | given.allowed_queue_ids | given.allowed_user_ids
    assert (given.producer_principals, given.alarm_email, given.routes) == ((), None, ())


def test_account_and_region_are_those_of_the_instances() -> None:
    place = settings(instanceArns=[ARN, SECOND]).place
    assert (place.partition, place.region, place.account) == ("aws", "eu-central-1", "123456789012")


@pytest.mark.parametrize(("pace", "workers"), [(1, 2), (2, 2), (4, 2), (4.1, 3), (10, 5)])
def test_the_concurrency_follows_the_pace_and_is_never_under_lambdas_minimum(pace: float, workers: int) -> None:
    quotas = {"DescribeContact": {"rate": 99, "burst": 99}, "ListAssociatedContacts": {"rate": 99, "burst": 99}}
    assert settings(transfersPerSecond=pace, quotas=quotas).maximum_concurrency == workers


def test_a_quota_that_is_given_is_used_beside_the_defaults() -> None:
    quotas = settings(quotas={"DescribeContact": {"rate": 20, "burst": 30}}).quotas
    assert quotas == {**DEFAULT_QUOTAS, "DescribeContact": Quota(20, 30)}


def test_allowed_lists_take_ids_and_arns_and_keep_ids() -> None:
    given = settings(allowedContactFlowIds=["f1", f"{ARN}/contact-flow/f2", "f1"], allowedUserIds=[f"{ARN}/agent/u1"])
    assert given.allowed_contact_flow_ids == {"f1", "f2"}
    assert given.allowed_user_ids == {"u1"}


def test_settle_minutes_may_be_a_fraction() -> None:
    assert settings(settleMinutes=0.01).settle_minutes == 0.01


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"instanceArns": []}, "at least one"),
        ({"instanceArns": "x"}, "'instanceArns' must be a list"),
        ({"instanceArns": ["11111111-2222"]}, "not the ARN of an Amazon Connect instance"),
        ({"instanceArns": [ARN, ARN.replace("eu-central-1", "us-east-1")]}, "several accounts or Regions"),
        ({"instanceArns": [ARN, ARN.replace("123456789012", "210987654321")]}, "several accounts or Regions"),
        ({"transferPerSecond": 3}, "no setting 'transferPerSecond'"),
        ({"transfersPerSecond": 0}, "'transfersPerSecond' must be a number above 0"),
        ({"transfersPerSecond": True}, "'transfersPerSecond' must be a number"),
        ({"burst": "5"}, "'burst' must be a number"),
        ({"transfersPerSecond": 1001}, "'transfersPerSecond' must be a number above 0 and up to 1000"),
        ({"settleMinutes": 0}, "'settleMinutes' must be a number from 0.01 to 1440"),
        ({"settleMinutes": 0.001}, "'settleMinutes' must be a number from 0.01 to 1440"),
        ({"settleMinutes": 20160}, "'settleMinutes' must be a number from 0.01 to 1440"),
        ({"retryForHours": 1e-9}, "'retryForHours' must be a number from 0.0005 to 336"),
        ({"ledgerDays": 1e40}, "'ledgerDays' must be a number above 0 and up to 3650"),
        ({"settleMinutes": -1}, "'settleMinutes'"),
        ({"retryForHours": None}, "'retryForHours'"),
        ({"maximumConcurrency": 1}, "'maximumConcurrency' must be a whole number from 2"),
        ({"maximumConcurrency": 2.5}, "'maximumConcurrency' must be a whole number"),
        ({"allowedChannels": []}, "'allowedChannels' must list one or more"),
        ({"allowedChannels": ["VOICE"]}, "others cannot be transferred"),
        ({"allowedContactFlowIds": [f"{SECOND}/contact-flow/f"]}, "not the ARN of a contact-flow"),
        ({"allowedQueueIds": [f"{ARN}/contact-flow/f"]}, "not the ARN of a queue"),
        ({"allowedUserIds": ["a,b"]}, "not an id or ARN"),
        ({"allowedUserIds": [" "]}, "'allowedUserIds' must be a list of texts"),
        ({"quotas": []}, "'quotas' must be an object"),
        ({"quotas": {"TransferContact": {"rate": 5, "burst": 5}}}, "leave it out"),
        ({"quotas": {"StopContact": {"rate": 5, "burst": 5}}}, "no operation 'StopContact' in 'quotas'"),
        ({"quotas": {"DescribeContact": {"rate": 5}}}, "rate and burst"),
        ({"quotas": {"DescribeContact": {"rate": 5, "burst": 0}}}, "'quotas.DescribeContact.burst'"),
        ({"producerPrincipals": ["*"]}, "not an account id or the ARN"),
        ({"producerPrincipals": ["arn:aws:iam::123456789012:role/*"]}, "not an account id or the ARN"),
        ({"alarmEmail": "nobody"}, "one e-mail address"),
        ({"routes": {}}, "'routes' must be a list"),
    ],
)
def test_a_bad_value_is_one_sentence_that_names_its_key(content: dict[str, Any], says: str) -> None:
    assert says in refusal(**content)


@pytest.mark.parametrize(
    "text", ["a:b", "a b", "a/b", "..", "a,b", "a~b+c=d@e", "x" * 500, "x" * 501, "11111111-2222-4333"]
)
def test_an_id_is_taken_when_the_worker_takes_it(text: str) -> None:
    route: dict[str, Any] = {
        "when": {"detail-type": ["Amazon Connect Contact Event"], "detail": {"eventType": ["QUEUED"]}},
        "transfer": {"contactFlowId": text},
    }
    content: dict[str, Any] = {"routes": [route | {"name": "night"}], "allowedContactFlowIds": [text]}
    worker = settings().for_worker(**made())
    try:
        read_request({"contactId": "c", "contactFlowId": text}, worker)
    except Refused:
        with pytest.raises(DeploymentError) as caught:
            settings(**content)
        assert [text for text in caught.value.problems if "not an id or ARN" in text] == list(caught.value.problems)
        assert len(caught.value.problems) == 2
    else:
        assert settings(**content).routes[0].contact_flow_id == text


@pytest.mark.parametrize(
    "key",
    ["transfersPerSecond", "burst", "maximumConcurrency", "retryForHours", "settleMinutes", "ledgerDays", "confirmWithinMinutes"],
)  # fmt: skip
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e300, 10**400, -1, "1", [1]])
def test_no_number_is_absurd(key: str, value: Any) -> None:
    assert f"'{key}' must be a " in refusal(**{key: value})


@pytest.mark.parametrize("part", ["rate", "burst"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, 0, None])
def test_no_quota_is_absurd(part: str, value: Any) -> None:
    quota = {"rate": 10, "burst": 15} | {part: value}
    assert f"'quotas.DescribeContact.{part}' must be a number above 0" in refusal(quotas={"DescribeContact": quota})


def test_what_the_worker_gets_is_what_the_file_says() -> None:
    given = settings(instanceArns=[ARN, SECOND], allowedQueueIds=["q"], burst=7, settleMinutes=0.5)
    worker = Settings.from_environment(given.for_worker(**made()).to_environment())
    assert worker == given.for_worker(**made())
    assert worker.instance_arns == (ARN, SECOND)
    assert worker.allowed_queue_ids == {"q"}
    assert (worker.burst, worker.settle_minutes) == (7.0, 0.5)


def test_every_problem_is_reported_at_once_and_misspelt_keys_come_first() -> None:
    route = {"name": "night", "when": {"detail-typ": []}, "transfer": {"contactFlowId": "f", "queueID": "q"}}
    with pytest.raises(DeploymentError) as caught:
        settings(burst=-1, transferPerSecond=3, ledgerDays=10, routes=[route], unheardOf=1, retryForHours=0)
    said = list(caught.value.problems)
    assert said[0] == "There is no setting 'transferPerSecond': 'transfersPerSecond' was probably meant."
    assert said[1].startswith("There is no setting 'unheardOf': known are ")
    for part in (
        "'burst' must be",
        "'retryForHours' must be",
        "no key 'queueID' in 'transfer'",
        "no field 'detail-typ'",
    ):
        assert [text for text in said if part in text], part
    assert [text for text in said if text.startswith("'ledgerDays' 10 is under")]
    assert str(caught.value) == "\n".join([f"{len(said)} problems:", *(f"- {text}" for text in said)])


def test_a_combination_is_judged_only_when_its_values_could_be_read() -> None:
    assert refusal(retryForHours="long", settleMinutes=1440).startswith("'retryForHours' must be a number")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"tags": {"aws:x": "y"}}, "'tags.aws:x' begins with aws:"),
        ({"tags": {"CostCentre": 4711}}, "'tags.CostCentre' must be a text of up to 256"),
        ({"tags": ["x"]}, "'tags' must be an object"),
        ({"permissionsBoundary": "bound"}, "'permissionsBoundary' must be the ARN of an IAM managed policy"),
        ({"queueKeyArn": "alias/mine"}, "'queueKeyArn' must be the ARN of a KMS key"),
        ({"dataKeyArn": "arn:aws:kms:us-east-1:123456789012:key/k"}, "'dataKeyArn' is a key of us-east-1 and the stack is in"),
        ({"logLevel": "info"}, "'logLevel' must be one of DEBUG, INFO, WARNING, ERROR"),
        ({"logRetentionDays": 31}, "'logRetentionDays' must be one of 1, 3, 5"),
        ({"logRetentionDays": True}, "'logRetentionDays' must be one of"),
        ({"alarmTopics": {"pager": "x"}}, "no key 'pager' in 'alarmTopics': 'page' was probably meant"),
        ({"alarmTopics": {"page": "topic"}}, "'alarmTopics.page' must be the ARN of an SNS topic"),
        ({"alarms": {"throtled": {"enabled": False}}}, "no alarm 'throtled' in 'alarms': 'throttled' was probably meant"),
        ({"alarms": {"throttled": {"treshold": 1}}}, "no key 'treshold' in 'alarms.throttled': 'threshold' was probably"),
        ({"alarms": {"throttled": {"enabled": "no"}}}, "'alarms.throttled.enabled' must be true or false"),
        ({"alarms": {"throttled": {"threshold": -1}}}, "'alarms.throttled.threshold' must be a number from 0"),
        ({"runbookUrl": "docs/runbook.md"}, "'runbookUrl' must be a URL that begins with https://"),
        ({"quotaShare": 0}, "'quotaShare' must be a number above 0 and up to 1"),
        ({"quotaShare": 1.1}, "'quotaShare' must be a number above 0 and up to 1"),
        ({"whenInDoubt": "guess"}, "'whenInDoubt' must be one of repeat, wait"),
        ({"instanceArns": [f"{ARN}ab", f"{ARN}AB"]}, "names one instance in two spellings"),
    ],
)  # fmt: skip
def test_a_bad_value_of_an_organisations_setting_is_one_sentence(content: dict[str, Any], says: str) -> None:
    assert says in refusal(**content)


def test_a_share_of_the_quota_is_a_share_of_every_quota_and_needs_fewer_workers() -> None:
    whole = settings(transfersPerSecond=8, quotas={"ListAssociatedContacts": {"rate": 8, "burst": 8}})
    half = settings(transfersPerSecond=8, quotas={"ListAssociatedContacts": {"rate": 8, "burst": 8}}, quotaShare=0.5)
    assert (half.transfers_per_second, half.burst, half.maximum_concurrency) == (4, 2.5, 2)
    assert whole.maximum_concurrency == 4
    assert {name: (q.rate * 2, q.burst * 2) for name, q in half.quotas.items()} == {
        name: (q.rate, q.burst) for name, q in whole.quotas.items()
    }
    assert half.for_worker(**made()).transfers_per_second == 4


def test_a_quota_that_is_short_by_its_share_says_so() -> None:
    narrow = {"ListAssociatedContacts": {"rate": 1.5, "burst": 5}}
    says = refusal(quotas=narrow, quotaShare=0.5)
    assert says.startswith("The quota of ListAssociatedContacts, 0.75 a second by its 'quotaShare' 0.5, cannot carry")


def test_what_happens_in_doubt_reaches_the_worker() -> None:
    assert settings().for_worker(**made()).when_in_doubt == "repeat"
    waiting = settings(whenInDoubt="wait").for_worker(**made()).to_environment()
    assert waiting["WHEN_IN_DOUBT"] == "wait"
