"""Every setting, in one table: the keys of a deployment file and the variables of the functions' environment.

The typed settings of the functions, the reading of ``deployments/NAME.json``, its JSON Schema and docs/configuration.md
come from this table. To add a setting, add a row, and an attribute where a function or the stack works with it; the tests
name the place that is missing.
"""

from __future__ import annotations

from typing import Any

from contact_transfer.config.kinds import (
    AlarmChanges,
    Choice,
    Choices,
    Ids,
    InstanceArns,
    Number,
    Principals,
    Quotas,
    Routes,
    Tags,
    Text,
    Texts,
    Whole,
    WholeChoice,
)
from contact_transfer.config.setting import Function, Setting

_EVERY = tuple(Function)
_WORKER = (Function.WORKER,)
_WITH_FLOW = (Function.WORKER, Function.FLOW)
_WITH_CONFIRM = (Function.WORKER, Function.CONFIRM)
_WITH_SENDERS = (Function.WORKER, Function.FLOW, Function.SWEEP)
#: A message can be kept away for 12 hours from its first receive; an hour of it is left for retries. Source: SQS quotas.
_MOST_CONFIRM_MINUTES = 660
#: Calls a second, or at once: far above every quota that AWS has raised, so that a slip of the keyboard is noticed.
MOST_CALLS = 10_000

#: Source: CloudWatch Logs API reference, PutRetentionPolicy.
_LOG_RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


def _arn(service: str, resource: str) -> str:
    return rf"arn:aws[a-z-]*:{service}:[a-z0-9-]+:\d{{12}}:{resource}"


_KEY = Text(_arn("kms", r"key/[\w-]+"), "the ARN of a KMS key")


def _made_by_the_stack(name: str, meaning: str, functions: tuple[Function, ...]) -> Setting:
    return Setting(name, Text(), meaning, functions=functions, in_file=False)


_ROWS = (
    Setting(
        "instanceArns",
        InstanceArns(),
        "ARNs of the Connect instances served; all of one account and Region",
        functions=_EVERY,
    ),
    Setting(
        "transfersPerSecond",
        Number(most=1000, above=True),
        "the account's quota of TransferContact, or less; shared by all workers",
        2,
        _WORKER,
    ),
    Setting("burst", Number(most=MOST_CALLS, above=True), "the burst of that quota", 5, _WORKER),
    Setting(
        "quotas",
        Quotas(),
        'other quotas of the account that were raised: `{"DescribeContact": {"rate": 20, "burst": 30}}`; also'
        " `DescribeContactFlow` and `ListAssociatedContacts`; AWS's defaults stand for those not named",
        {},
        _WORKER,
    ),
    Setting(
        "quotaShare",
        Number(most=1, above=True),
        "this deployment's share of `transfersPerSecond`, `burst` and all `quotas`: several deployments in one account and Region"
        " draw on the same quotas, so their shares may add up to 1 at most",
        1,
    ),
    Setting(
        "maximumConcurrency",
        Whole(2, 1000),
        "workers at once; the default grows with the pace, one for 2 transfers a second; of more workers than `burst`, those"
        " that wake up together may be throttled once",
        2,
        _WORKER,
    ),
    Setting(
        "allowedChannels",
        Choices(("EMAIL", "TASK")),
        "channels that may be transferred; Connect transfers these two and no others",
        ["EMAIL", "TASK"],
        _WITH_SENDERS,
    ),
    Setting(
        "allowedContactFlowIds", Ids("contact-flow"), "flows that may be used, ids or ARNs; empty: all", [], _WITH_FLOW
    ),
    Setting(
        "allowedQueueIds", Ids("queue"), "queues that may be destinations, ids or ARNs; empty: all", [], _WITH_FLOW
    ),
    Setting("allowedUserIds", Ids("agent"), "agents that may be destinations, ids or ARNs; empty: all", [], _WITH_FLOW),
    Setting(
        "retryForHours",
        Number(most=336, least=0.0005),
        "hours for which a transient failure is retried after the message's first receive",
        24,
        _WORKER,
    ),
    Setting(
        "settleMinutes",
        Number(most=1440, least=0.01),
        "minutes for which a lost answer may stay in doubt once the contact has ended",
        15,
        _WORKER,
    ),
    Setting(
        "whenInDoubt",
        Choice(("repeat", "wait")),
        "what happens after a lost answer while the contact stays active. `repeat`: the same call with the same"
        " ClientToken, which the API documents as idempotent. `wait`: no second call until the first can no longer take effect",
        "repeat",
        _WORKER,
    ),
    Setting(
        "probeFile",
        Text(r"[^\s/\\][^\s\\]*\.json", "the path of a JSON file, beside this one or below"),
        "file that `transfers probe` wrote for an instance of this deployment, beside this file: `settleMinutes` and `whenInDoubt`"
        " are checked against what was observed",
        None,
    ),
    Setting(
        "ledgerDays",
        Number(most=3650, above=True),
        "days for which the ledger remembers what was transferred",
        400,
        _WITH_CONFIRM,
    ),
    Setting(
        "producerPrincipals",
        Principals(),
        "account ids, or ARNs of IAM roles, users or account roots, that may send to the transfer queue and put requests on"
        " the bus; principals of the stack's own account can be let in by their own policies instead",
        [],
    ),
    Setting(
        "alarmEmail",
        Text(r"[^@\s]+@[^@\s]+", "one e-mail address"),
        "e-mail address that is notified of alarms, by the topics of this stack",
        None,
    ),
    Setting(
        "alarmTopics",
        Texts(("page", "ticket"), _arn("sns", r"[\w-]{1,256}"), "the ARN of an SNS topic"),
        "ARNs of existing SNS topics in place of the stack's own, by severity: `page` wakes somebody, `ticket` waits for the"
        " day; each topic's own policy must let CloudWatch publish",
        {},
    ),
    Setting(
        "alarms",
        AlarmChanges(),
        'thresholds and switches by alarm: `{"requests-waiting": {"threshold": 7200}, "throttled": {"enabled": false}}`; a'
        " threshold is in the metric's own unit (seconds, milliseconds or a count); `events-failed` and `events-lost` stand for"
        " those alarms of every rule",
        {},
    ),
    Setting(
        "runbookUrl",
        Text(r"https://[^\s#]+", "a URL that begins with https:// and has no #"),
        "where people can read docs/runbook.md; alarms link to its sections",
        None,
    ),
    Setting(
        "logLevel",
        Choice(("DEBUG", "INFO", "WARNING", "ERROR")),
        "the functions' log level; metrics are written whatever it is",
        "INFO",
    ),
    Setting(
        "logRetentionDays",
        WholeChoice(_LOG_RETENTIONS),
        "days for which the log groups keep what the functions wrote",
        90,
    ),
    Setting("tags", Tags(), "tags of every resource of the stack, and of the stack itself", {}),
    Setting(
        "permissionsBoundary",
        Text(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", "the ARN of an IAM managed policy"),
        "ARN of the IAM managed policy that bounds every role of the stack",
        None,
    ),
    Setting(
        "queueKeyArn",
        _KEY,
        "ARN of an existing KMS key for the queues, in place of the stack's own: see [existing keys](deployments.md#existing-keys)",
        None,
    ),
    Setting(
        "dataKeyArn",
        _KEY,
        "ARN of an existing KMS key for ledger, logs, archive and alarm topics, in place of the stack's own",
        None,
    ),
    Setting(
        "confirmWithinMinutes",
        Number(most=_MOST_CONFIRM_MINUTES),
        "minutes for which a transferred contact may stay silent before `Contact Transfer Unconfirmed` says so; 0: for ever",
        0,
        (Function.CONFIRM,),
    ),
    Setting(
        "routes",
        Routes(),
        "which events of Connect ask for which transfer: see [sources](doors.md#routes)",
        [],
        _WITH_FLOW,
    ),
    _made_by_the_stack("transferQueueUrl", "URL of the transfer queue", _WITH_SENDERS),
    _made_by_the_stack("urgentQueueUrl", "URL of the urgent queue", _WITH_SENDERS),
    _made_by_the_stack("deadLetterQueueUrl", "URL of the dead-letter queue", _WORKER),
    _made_by_the_stack("confirmationQueueUrl", "URL of the confirmation queue", (Function.CONFIRM,)),
    _made_by_the_stack("eventBusName", "name of the deployment's event bus", _WITH_CONFIRM),
    _made_by_the_stack("ledgerTableName", "name of the ledger's table", _WITH_CONFIRM),
    _made_by_the_stack("scheduleGroupName", "name of the schedule group of held requests", _WORKER),
    _made_by_the_stack("scheduleRoleArn", "ARN of the role with which held requests are sent again", _WORKER),
)

SETTINGS = {row.name: row for row in _ROWS}


def of_function(function: Function) -> list[Setting]:
    """The settings that a function gets as environment variables, in the table's order."""
    return [row for row in SETTINGS.values() if function in row.functions]


def of_file() -> list[Setting]:
    """The keys of a deployment file, in the table's order."""
    return [row for row in SETTINGS.values() if row.in_file]


def default(name: str) -> Any:
    """The default of the setting ``name``, which has one, as the code works with it."""
    row = SETTINGS[name]
    return None if row.default is None else row.kind.typed(row.default)
