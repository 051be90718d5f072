"""Every bad value and every impossible combination is one sentence, before anything is synthesized."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contact_transfer.config.worker_settings import DEFAULT_QUOTAS, Quota, Settings
from contact_transfer.request.parser import Refused, read_request
from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.checks import ENVIRONMENT_BYTES
from contact_transfer_cdk.settings.deployment import load, parse
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.settings.sizing import Sizing

ARN = "arn:aws:connect:eu-central-1:123456789012:instance/11111111-2222-4333-8444-555555555555"
SECOND = "arn:aws:connect:eu-central-1:123456789012:instance/66666666-2222-4333-8444-555555555555"


def settings(sizing: Sizing | None = None, **content: Any) -> DeploymentSettings:
    return parse("test", {"instanceArns": [ARN], **content}, sizing)


def refusal(sizing: Sizing | None = None, **content: Any) -> str:
    with pytest.raises(DeploymentError) as caught:
        settings(sizing, **content)
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


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


def test_a_quota_that_is_given_stands_beside_the_defaults() -> None:
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
    worker = settings().for_worker("t", "u", "d", "b", "l")
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


def test_workers_follow_the_pace_and_may_outnumber_the_burst() -> None:
    wide = {name: {"rate": 99, "burst": 99} for name in DEFAULT_QUOTAS}
    assert settings(transfersPerSecond=20, quotas=wide).maximum_concurrency == 10
    assert settings(maximumConcurrency=6).burst == 5


def test_visibility_under_six_times_the_time_out_is_refused() -> None:
    assert "make it at least 360 s" in refusal(Sizing(visibility_timeout_seconds=359))


def test_a_lease_that_does_not_outlast_the_time_out_is_refused() -> None:
    assert "two workers could hold one contact" in refusal(Sizing(lease_margin_seconds=0))


def test_a_batch_that_the_pace_cannot_serve_in_the_time_out_is_refused() -> None:
    assert settings(transfersPerSecond=0.04).transfers_per_second == 0.04
    assert "takes a worker 51.2821 s" in refusal(transfersPerSecond=0.039)


def test_a_describe_contact_quota_under_the_pace_is_refused() -> None:
    wide = {"ListAssociatedContacts": {"rate": 99, "burst": 99}}
    assert settings(transfersPerSecond=10, quotas=wide).transfers_per_second == 10
    assert refusal(transfersPerSecond=10.5, burst=9, quotas=wide).startswith("The quota of DescribeContact,")


def test_a_list_associated_contacts_quota_under_the_pace_is_refused() -> None:
    narrow = {"ListAssociatedContacts": {"rate": 1.9, "burst": 5}}
    assert refusal(quotas=narrow).startswith("The quota of ListAssociatedContacts,")


def test_a_describe_contact_flow_quota_needs_only_one_look_per_flow_and_worker_in_five_minutes() -> None:
    narrow = {"DescribeContactFlow": {"rate": 0.1, "burst": 1}}
    assert settings(quotas=narrow, allowedContactFlowIds=[f"f{n}" for n in range(15)]).quotas["DescribeContactFlow"]
    says = refusal(quotas=narrow, allowedContactFlowIds=[f"f{n}" for n in range(16)])
    assert says.startswith("The quota of DescribeContactFlow,")


@pytest.mark.parametrize("days", [7, 6])
def test_a_dead_letter_retention_not_longer_than_the_sources_is_refused(days: int) -> None:
    assert "must be longer" in refusal(Sizing(dead_letter_retention_days=days))


def test_a_source_retention_under_twice_the_retry_time_is_refused() -> None:
    wide = Sizing(maximum_receive_count=10_000)
    assert settings(wide, retryForHours=84).retry_for_hours == 84
    assert "lower 'retryForHours' to 84 or less" in refusal(wide, retryForHours=84.1)


def test_expected_receives_over_half_of_the_maximum_are_refused() -> None:
    assert settings(retryForHours=62.5).retry_for_hours == 62.5
    assert "lower it to 62.5 or less" in refusal(retryForHours=63)


def test_what_is_in_doubt_at_the_end_of_the_retries_can_still_be_settled() -> None:
    assert settings(retryForHours=62.5, settleMinutes=1440).settle_minutes == 1440
    short = Sizing(transfer_retention_days=1)
    assert settings(short, retryForHours=12, settleMinutes=720).settle_minutes == 720
    assert "the transfer queue keeps messages for 24" in refusal(short, retryForHours=12, settleMinutes=721)
    few = Sizing(maximum_receive_count=400)
    assert settings(few, settleMinutes=810).settle_minutes == 810
    assert "over three quarters of the transfer queue's maxReceiveCount" in refusal(few, settleMinutes=811)


def test_a_ledger_that_forgets_before_the_last_redrive_is_refused() -> None:
    assert settings(ledgerDays=111).ledger_days == 111
    assert "make it at least 111" in refusal(ledgerDays=110)


def test_lists_that_do_not_fit_into_lambdas_environment_are_refused() -> None:
    """The estimate is never under what the worker really gets."""
    ids = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(200)]
    assert "of the worker's environment" in refusal(allowedQueueIds=ids)
    fits = next(n for n in range(200, 0, -1) if _accepted(ids[:n]))
    real = settings(allowedQueueIds=ids[:fits]).for_worker(
        "t" * 100, "u" * 100, "d" * 100, "ContactTransfer-test", "t" * 60
    )
    assert sum(len(k) + len(v) for k, v in real.to_environment().items()) < ENVIRONMENT_BYTES
    assert fits > 50


def _accepted(ids: list[str]) -> bool:
    try:
        settings(allowedQueueIds=ids)
    except DeploymentError:
        return False
    return True


def test_what_the_worker_gets_is_what_the_file_says() -> None:
    given = settings(instanceArns=[ARN, SECOND], allowedQueueIds=["q"], burst=7, settleMinutes=0.5)
    worker = Settings.from_environment(given.for_worker("t", "u", "d", "b", "l").to_environment())
    assert worker == given.for_worker("t", "u", "d", "b", "l")
    assert worker.instance_arns == (ARN, SECOND)
    assert worker.allowed_queue_ids == {"q"}
    assert (worker.burst, worker.settle_minutes) == (7.0, 0.5)


def test_the_repositorys_own_deployment_is_sound() -> None:
    assert load("local").name == "local"


@pytest.mark.parametrize("name", ["nowhere", "../local", "", "a" * 40])
def test_an_unknown_deployment_is_told_which_exist(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "deployments"
    folder.mkdir()
    for known in ("local", "live"):
        (folder / f"{known}.json").write_text("{}")
    with pytest.raises(DeploymentError, match=r"There is no deployment '.*': deployments/ has live, local\."):
        load(name, folder)


@pytest.mark.parametrize("name", ["", "1st", "a b", "a" * 33, "a_b"])
def test_a_name_that_aws_would_refuse_is_refused_first(name: str) -> None:
    with pytest.raises(DeploymentError, match="cannot name a deployment: a letter, then up to 31 letters, digits"):
        parse(name, {"instanceArns": [ARN]})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "bad.json is not JSON"),
        ("[]", "bad.json must hold one JSON object"),
        ('{"burst": 1, "burst": 2}', "bad.json: 'burst' is there twice"),
        ("{}", "bad.json: 'instanceArns' must name at least one"),
        ('{"burst": 1' + "0" * 5000 + "}", "bad.json has a number too long"),
        ('{"routes": ' + "[" * 200_000, "bad.json has a number too long, or lists nested too deep"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(DeploymentError) as caught:
        load("bad", tmp_path)
    assert says in str(caught.value)


def test_a_file_is_read_like_its_content(tmp_path: Path) -> None:
    (tmp_path / "test.json").write_text(json.dumps({"instanceArns": [ARN], "burst": 3}))
    assert load("test", tmp_path) == settings(burst=3)
    assert replace(settings(), burst=3.0) == settings(burst=3)


# -- everything at once ----------------------------------------------------------------------------------------------


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
    assert half.for_worker("t", "u", "d", "b", "l").transfers_per_second == 4


def test_a_quota_that_is_short_by_its_share_says_so() -> None:
    narrow = {"ListAssociatedContacts": {"rate": 1.5, "burst": 5}}
    says = refusal(quotas=narrow, quotaShare=0.5)
    assert says.startswith("The quota of ListAssociatedContacts, 0.75 a second by its 'quotaShare' 0.5, cannot carry")


def test_what_happens_in_doubt_reaches_the_worker() -> None:
    assert settings().for_worker("t", "u", "d", "b", "l").when_in_doubt == "repeat"
    waiting = settings(whenInDoubt="wait").for_worker("t", "u", "d", "b", "l").to_environment()
    assert waiting["WHEN_IN_DOUBT"] == "wait"
