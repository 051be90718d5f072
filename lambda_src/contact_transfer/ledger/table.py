"""One DynamoDB table through a botocore client: a conditional write that answers the item, whichever way it went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from contact_transfer.aws.answers import foreign
from contact_transfer.ledger.records import Item


class LedgerUnavailable(Exception):
    """The ledger did not answer, or refused; ``denied`` when it was IAM. What was sent may have been applied."""

    def __init__(self, detail: str, *, denied: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.denied = denied


class Table:
    """Items by their key ``pk``. Raises ``LedgerUnavailable`` and nothing else."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def update(
        self,
        key: str,
        expression: str,
        condition: str,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
    ) -> tuple[Item | None, Item | None]:
        """Answer the item as written and None, or None and the item whose state refused the condition."""
        optional = {"ExpressionAttributeNames": dict(names)} if names else {}
        try:
            answer = self._client.update_item(
                TableName=self._name,
                Key={"pk": {"S": key}},
                UpdateExpression=expression,
                ConditionExpression=condition,
                ExpressionAttributeValues={name: _typed(value) for name, value in values.items()},
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **optional,
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
                shown: Any = error.response.get("Item")  # not every DynamoDB shows it
                return None, shown or self.read(key)
            raise _unavailable(error) from error
        except BotoCoreError as error:
            raise LedgerUnavailable(type(error).__name__) from error
        if "Attributes" not in answer:
            raise LedgerUnavailable(foreign(answer) or "an answer without Attributes")
        return answer["Attributes"], None

    def read(self, key: str) -> Item:
        try:
            answer = self._client.get_item(TableName=self._name, Key={"pk": {"S": key}}, ConsistentRead=True)
        except ClientError as error:
            raise _unavailable(error) from error
        except BotoCoreError as error:
            raise LedgerUnavailable(type(error).__name__) from error
        if problem := foreign(answer):
            raise LedgerUnavailable(problem)
        item: Item = answer.get("Item", {})
        return item


def _unavailable(error: ClientError) -> LedgerUnavailable:
    code = str(error.response.get("Error", {}).get("Code", "Unknown"))
    return LedgerUnavailable(code, denied="AccessDenied" in code)


def _typed(value: str | float | bool | Mapping[str, str]) -> dict[str, Any]:  # noqa: FBT001 - DynamoDB has a type for each
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, (int, float)):
        return {"N": str(value)}
    return {"M": {key: {"S": text} for key, text in value.items()}}
