"""The simulated DynamoDB answers the service's own expressions as moto's does, over whole runs and over refused ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from local.virtual import Table, expressions
from tests.simulation import campaign
from tests.simulation.generate import scenario
from tests.simulation.run import run


@pytest.mark.parametrize("seed", [8])
def test_the_model_agrees_with_moto_on_every_update_of_a_run(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Mapping[str, Any], Any]] = []
    real = Table.update_item

    def noted(table: Table, call: Mapping[str, Any]) -> Any:
        try:
            answer: Any = real(table, call)
        except ClientError as error:
            asked.append((call, error.response["Error"]["Code"]))
            raise
        asked.append((call, answer))
        return answer

    monkeypatch.setattr(Table, "update_item", noted)
    run(scenario(seed), campaign.subject())
    with mock_aws():
        client = _table()
        assert [_moto(client, call) for call, _ in asked[:150]] == [answer for _, answer in asked[:150]]
    assert len(asked) > 20


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
        answer = client.update_item(**call)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return {"Attributes": answer["Attributes"]} if "Attributes" in answer else {}


_CONDITIONS = (
    "attribute_not_exists(a) OR a = :x",
    "attribute_exists(a) AND NOT b < :x",
    "(a <> :x OR b >= :x) AND attribute_not_exists(c)",
    "a < :x AND b > :x OR c = :x",
)
_NUMBERS = st.integers(-3, 3).map(lambda n: {"N": str(n)})


@pytest.fixture(scope="module")
def moto_table() -> Iterator[Any]:
    with mock_aws():
        yield _table()


@settings(max_examples=60, deadline=None)
@given(
    condition=st.sampled_from(_CONDITIONS),
    item=st.dictionaries(st.sampled_from("abc"), _NUMBERS, max_size=3),
    x=_NUMBERS,
)
def test_conditions_agree_with_moto(moto_table: Any, condition: str, item: dict[str, Any], x: dict[str, Any]) -> None:
    """Numbers only: moto itself fails on a comparison of two types, which DynamoDB answers with no."""
    call = {
        "TableName": "ledger",
        "Key": {"pk": {"S": "k"}},
        "UpdateExpression": "SET d = :x",
        "ConditionExpression": condition,
        "ExpressionAttributeValues": {":x": x},
    }
    model = Table()
    model.put_item({"Item": {"pk": {"S": "k"}, **item}})
    moto_table.put_item(TableName="ledger", Item={"pk": {"S": "k"}, **item})
    try:
        ours: Any = model.update_item(call)
    except ClientError as error:
        ours = error.response["Error"]["Code"]
    assert ours == _moto(moto_table, call)


def test_values_of_two_types_are_never_above_or_below_each_other() -> None:
    item = {"pk": {"S": "k"}, "a": {"S": "1"}}
    assert not expressions.condition("a < :x OR a > :x OR a = :x")(item, {}, {":x": {"N": "0"}})
    assert expressions.condition("a <> :x")(item, {}, {":x": {"N": "0"}})


def test_what_is_not_used_is_refused_as_in_dynamodb() -> None:
    call = {
        "Key": {"pk": {"S": "k"}},
        "UpdateExpression": "SET d = :x",
        "ExpressionAttributeValues": {":x": {"N": "1"}, ":y": {"N": "1"}},
    }
    with pytest.raises(ClientError, match="ValidationException"):
        Table().update_item(call)


@pytest.mark.parametrize("text", ["SET", "SET a", "DELETE a :x", "SET a = :x b", "size(a) > :x"])
def test_what_is_not_supported_is_refused(text: str) -> None:
    with pytest.raises(expressions.BadExpression):
        expressions.update(text)
