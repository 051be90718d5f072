"""The simulated DynamoDB answers the service's own writes as moto's does, over whole runs, and knows no others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from local.virtual import Table
from tests.simulation import campaign
from tests.simulation.generate import scenario
from tests.simulation.run import run


@pytest.mark.parametrize("seed", [8])
def test_the_model_agrees_with_moto_on_every_write_of_a_run(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Mapping[str, Any], Any]] = []
    real = Table.put_item

    def noted(table: Table, call: Mapping[str, Any]) -> Any:
        try:
            real_answer: Any = real(table, call)
        except ClientError as error:
            asked.append((call, _error(error)))
            raise
        asked.append((call, "written"))
        return real_answer

    monkeypatch.setattr(Table, "put_item", noted)
    run(scenario(seed), campaign.subject())
    with mock_aws():
        client = _table()
        assert [_moto(client, call) for call, _ in asked[:200]] == [answer for _, answer in asked[:200]]
    assert len(asked) > 20
    assert any(answer != "written" for _, answer in asked)


def _table() -> Any:
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    client.create_table(
        TableName="ledger",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


def _moto(client: Any, call: Mapping[str, Any]) -> Any:
    try:
        client.put_item(**call)
    except ClientError as error:
        return _error(error)
    return "written"


def _error(error: ClientError) -> Any:
    shown: Any = error.response
    return (shown["Error"]["Code"], shown.get("Item"))


def test_an_item_over_400_kb_is_refused() -> None:
    item = {"pk": {"S": "k"}, "document": {"S": "x" * 400 * 1024}}
    with pytest.raises(ClientError, match="Item size has exceeded"):
        Table().put_item({"Item": item})


@pytest.mark.parametrize(
    "more",
    [{"ConditionExpression": "attribute_exists(pk)"}, {"ReturnValues": "ALL_OLD"}, {"UpdateExpression": "SET a = :b"}],
)
def test_what_the_service_does_not_ask_is_refused(more: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="the virtual table does not know"):
        Table().put_item({"Item": {"pk": {"S": "k"}}, **more})


def test_what_was_consumed_is_said_when_it_was_asked() -> None:
    asked = {"TableName": "ledger", "Item": {"pk": {"S": "k"}}}
    assert Table().put_item(asked) == {}
    assert "ConsumedCapacity" in Table().put_item({**asked, "ReturnConsumedCapacity": "TOTAL"})
