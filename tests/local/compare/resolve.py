"""Resolves a template's intrinsic functions against a deployed stack."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.aws import Aws

#: How an ARN is made of a physical id, for the attribute ``Arn`` of each type.
_ARN: dict[str, str] = {
    "AWS::CloudWatch::Alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{id}",
    "AWS::DynamoDB::GlobalTable": "arn:aws:dynamodb:{region}:{account}:table/{id}",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{id}",
    "AWS::Events::Archive": "arn:aws:events:{region}:{account}:archive/{id}",
    "AWS::Events::EventBus": "arn:aws:events:{region}:{account}:event-bus/{id}",
    "AWS::Events::Rule": "arn:aws:events:{region}:{account}:rule/{id}",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{id}",
    "AWS::KMS::Key": "arn:aws:kms:{region}:{account}:key/{id}",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{id}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{id}:*",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
}


@dataclass(frozen=True)
class Resolver:
    """Knows the physical ids of a stack. ``resolve`` raises ``LookupError`` for a function or attribute it does not know."""

    types: Mapping[str, str]
    physical_ids: Mapping[str, str]
    parameters: Mapping[str, str]

    @classmethod
    def of_stack(cls, template: Mapping[str, Any], stack_name: str, aws: Aws) -> Resolver:
        pages = aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack_name)
        found = {
            r["LogicalResourceId"]: r["PhysicalResourceId"] for page in pages for r in page["StackResourceSummaries"]
        }
        defaults = {name: str(one.get("Default", "")) for name, one in template.get("Parameters", {}).items()}
        pseudo = {
            "AWS::AccountId": aws.identity.account,
            "AWS::Region": aws.identity.region,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": stack_name,
        }
        types = {name: resource["Type"] for name, resource in template["Resources"].items()}
        return cls(types, found, {**defaults, **pseudo})

    def resolve(self, value: Any) -> Any:
        """Return ``value`` with every intrinsic function replaced by what it stands for."""
        if isinstance(value, list):
            items = [self.resolve(item) for item in value]
            return [item for item in items if item is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _NO_VALUE}

    def _function(self, name: str, argument: Any) -> Any:
        functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._attribute,
            "Fn::Join": lambda a: a[0].join(str(part) for part in self.resolve(a[1])),
            "Fn::Select": lambda a: self.resolve(a[1])[int(self.resolve(a[0]))],
            "Fn::Split": lambda a: str(self.resolve(a[1])).split(a[0]),
            "Fn::Sub": self._sub,
        }
        if name not in functions:
            raise LookupError(f"the comparison does not know {name}")
        return functions[name](argument)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        return self.parameters[name] if name in self.parameters else self.physical_ids[name]

    def _attribute(self, argument: Any) -> str:
        logical_id, _, name = argument.partition(".") if isinstance(argument, str) else (argument[0], "", argument[1])
        physical_id, kind = self.physical_ids[logical_id], self.types[logical_id]
        last = re.split(r"[/:]", physical_id)[-1] if kind == "AWS::SQS::Queue" else physical_id
        if name == "Arn" and kind in _ARN:
            account, region = self.parameters["AWS::AccountId"], self.parameters["AWS::Region"]
            return _ARN[kind].format(region=region, account=account, id=physical_id, name=last)
        if name in ("QueueName", "Name", "ArchiveName", "TopicName"):
            return last
        if (kind, name) == ("AWS::SNS::Topic", "TopicArn"):
            return physical_id
        raise LookupError(f"the comparison does not know attribute {name} of {kind}")

    def _sub(self, argument: Any) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else argument

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name in variables:
                return str(self.resolve(variables[name]))
            return str(self._attribute(name) if "." in name else self._ref(name))

        return re.sub(r"\$\{([^!}][^}]*)\}", value, text)


_NO_VALUE = object()
