"""The JSON Schema of a deployment file, docs/schemas/deployment.json: what an editor completes and checks.

It comes from the table of settings. What it refuses, ``parse`` refuses; combinations of settings are checked by ``parse`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from contact_transfer.config import kinds
from contact_transfer.config.kinds import DEFAULT_QUOTAS
from contact_transfer.config.setting import REQUIRED, Setting
from contact_transfer.config.settings_table import MOST_CALLS, of_file
from contact_transfer.request.envelope import MOST_MINUTES as LONGEST_DELAY_MINUTES
from contact_transfer.request.lanes import Lane
from contact_transfer_cdk.settings.alarm_settings import ALARM_NAMES
from contact_transfer_cdk.settings.arns import INSTANCE_PATTERN
from contact_transfer_cdk.settings.deployment import SCHEMA_KEY
from contact_transfer_cdk.settings.route_settings import MOST, MOST_TRANSFERS, NAME_PATTERN, ROUTE_KEYS, TRANSFER_KEYS
from contact_transfer_cdk.settings.sweep_settings import DEFAULT_LIMIT, MOST_CONTACTS, MOST_MINUTES
from contact_transfer_cdk.settings.values import LONGEST_TAG_KEY, LONGEST_TAG_VALUE, MOST_TAGS, PRINCIPAL

Schema = dict[str, Any]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def deployment_schema() -> Schema:
    """The schema of ``deployments/NAME.json``."""
    rows = of_file()
    link = {"type": "string", "description": "This schema, for editors: ../docs/schemas/deployment.json"}
    return {
        "$schema": _DIALECT,
        "title": "Contact Transfer deployment",
        "description": "The settings of one deployment, deployments/NAME.json. Every key but instanceArns has a default.",
        **_object({SCHEMA_KEY: link, **{row.name: _setting(row) for row in rows}}),
        "required": [row.name for row in rows if row.default is REQUIRED],
    }


def _setting(row: Setting) -> Schema:
    schema = _KINDS[type(row.kind)](row.kind)
    if row.default is None:
        schema["type"] = [schema["type"], "null"]
    described = {**schema, "description": row.meaning.replace("`", "")}
    return described if row.default is REQUIRED else {**described, "default": row.default}


def _object(properties: Mapping[str, Any], **more: Any) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False, **more}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _number(kind: kinds.Number) -> Schema:
    lowest = "exclusiveMinimum" if kind.above else "minimum"
    return {"type": "number", lowest: kind.least, "maximum": kind.most}


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^({pattern})$"}


def _quotas(_: kinds.Quotas) -> Schema:
    number = {"type": "number", "exclusiveMinimum": 0, "maximum": MOST_CALLS}
    quota = _object({"rate": number, "burst": number}, required=["rate", "burst"])
    return _object(dict.fromkeys(DEFAULT_QUOTAS, quota))


def _tags(_: kinds.Tags) -> Schema:
    value = {"type": "string", "maxLength": LONGEST_TAG_VALUE}
    names = {"maxLength": LONGEST_TAG_KEY, "minLength": 1}
    return {"type": "object", "additionalProperties": value, "propertyNames": names, "maxProperties": MOST_TAGS}


def _alarms(_: kinds.AlarmChanges) -> Schema:
    changes = _object({"threshold": {"type": "number", "minimum": 0}, "enabled": {"type": "boolean"}})
    return _object(dict.fromkeys(sorted(ALARM_NAMES), changes))


def _routes(_: kinds.Routes) -> Schema:
    ids = dict.fromkeys(TRANSFER_KEYS, _ID)
    both = {"not": {"required": ["queueId", "userId"]}}
    sweep = {
        **ids,
        "olderThanMinutes": {"type": "number", "minimum": 0, "maximum": MOST_MINUTES, "default": 0},
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST_CONTACTS, "default": DEFAULT_LIMIT},
    }
    known = {
        "name": {**_text(NAME_PATTERN), "description": "Unique among the routes, whatever its case"},
        "when": {"type": "object", "description": "An EventBridge event pattern", "required": ["detail-type"]},
        "transfer": _object(ids, required=["contactFlowId"], **both),
        "sweep": _object(sweep, required=["contactFlowId"], **both),
        "maxTransfersPerContact": {"type": "integer", "minimum": 1, "maximum": MOST_TRANSFERS, "default": 1},
        "follow": {"type": "boolean", "description": "Whether its requests follow a contact that was transferred"},
        "priority": {"enum": [str(lane) for lane in Lane], "description": "The lane of its requests"},
        "afterMinutes": {"type": "integer", "minimum": 0, "maximum": LONGEST_DELAY_MINUTES, "default": 0},
        "onlyIfWaiting": {"type": "boolean", "description": "Transfer only while the contact waits in a queue"},
        "onlyIfInQueueId": {**_ID, "description": "Transfer only while the contact waits in this queue; id or ARN"},
    }
    route = _object(
        {key: known[key] for key in ROUTE_KEYS},
        required=["name", "when"],
        oneOf=[{"required": ["transfer"]}, {"required": ["sweep"]}],
    )
    return _list(route, maxItems=MOST)


_ID: Schema = {"type": "string", "minLength": 1}
_KINDS: Mapping[type[kinds.Kind], Callable[[Any], Schema]] = {
    kinds.Number: _number,
    kinds.Whole: lambda kind: {"type": "integer", "minimum": kind.least, "maximum": kind.most},
    kinds.Text: lambda kind: _text(kind.pattern),
    kinds.Choice: lambda kind: {"type": "string", "enum": list(kind.words)},
    kinds.WholeChoice: lambda kind: {"type": "integer", "enum": list(kind.numbers)},
    kinds.Choices: lambda kind: _list({"enum": list(kind.words)}, minItems=1),
    kinds.Ids: lambda _: _list(_ID),
    kinds.InstanceArns: lambda _: _list(_text(INSTANCE_PATTERN), minItems=1),
    kinds.Principals: lambda _: _list(_text(PRINCIPAL)),
    kinds.Quotas: _quotas,
    kinds.Routes: _routes,
    kinds.Tags: _tags,
    kinds.Texts: lambda kind: _object(dict.fromkeys(kind.words, _text(kind.pattern))),
    kinds.AlarmChanges: _alarms,
}
