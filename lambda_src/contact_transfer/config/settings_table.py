"""Every setting, in one table: the keys of a deployment file and the variables of the functions' environment.

The typed settings of the functions, the reading of ``deployments/NAME.json``, its JSON Schema and docs/configuration.md
come from this table. To add a setting, add a row, and an attribute where a function or the stack works with it; the tests
name the place that is missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from contact_transfer.config.kinds import (
    Choice,
    Choices,
    Ids,
    InstanceArns,
    Kind,
    Number,
    Principals,
    Quotas,
    Routes,
    Text,
    Whole,
)


class Function(StrEnum):
    """The functions of the service, as readers of settings."""

    WORKER = "worker"
    FLOW = "flow"
    CONFIRM = "confirm"


#: The default of a setting that must be given.
REQUIRED: Final = object()
_EVERY = tuple(Function)
_WORKER = (Function.WORKER,)
_WORKER_AND_FLOW = (Function.WORKER, Function.FLOW)
_WORKER_AND_CONFIRM = (Function.WORKER, Function.CONFIRM)
#: A message can be kept away for 12 hours from its first receive; an hour of it is left for retries. Source: SQS quotas.
_MOST_CONFIRM_MINUTES = 660
#: Calls a second, or at once: far above every quota that AWS has raised, so that a slip of the keyboard is noticed.
MOST_CALLS = 10_000


@dataclass(frozen=True)
class Setting:
    """One setting.

    ``name``: the key in a deployment file. ``default``: in the spelling of the file; ``REQUIRED`` when it must be given.
    ``functions``: who gets it as an environment variable. ``in_file``: False for what the stack itself decides.
    """

    name: str
    kind: Kind
    meaning: str
    default: Any = REQUIRED
    functions: tuple[Function, ...] = ()
    in_file: bool = True

    @property
    def attribute(self) -> str:
        """The attribute of the typed settings."""
        return re.sub(r"(?<!^)([A-Z])", r"_\1", self.name).lower()

    @property
    def variable(self) -> str:
        """The environment variable."""
        return self.attribute.upper()


def _made_by_the_stack(name: str, meaning: str, functions: tuple[Function, ...]) -> Setting:
    return Setting(name, Text(), meaning, functions=functions, in_file=False)


_ROWS = (
    Setting(
        "instanceArns",
        InstanceArns(),
        "ARNs of the Amazon Connect instances served; all of one account and Region",
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
        _WORKER_AND_FLOW,
    ),
    Setting(
        "allowedContactFlowIds",
        Ids("contact-flow"),
        "flows that may be used, ids or ARNs; empty: all of the instances",
        [],
        _WORKER_AND_FLOW,
    ),
    Setting(
        "allowedQueueIds",
        Ids("queue"),
        "queues that may be a destination, ids or ARNs; empty: all",
        [],
        _WORKER_AND_FLOW,
    ),
    Setting(
        "allowedUserIds",
        Ids("agent"),
        "agents that may be a destination, ids or ARNs; empty: all",
        [],
        _WORKER_AND_FLOW,
    ),
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
        "ledgerDays",
        Number(most=3650, above=True),
        "days for which the ledger remembers what was transferred",
        400,
        _WORKER,
    ),
    Setting(
        "producerPrincipals",
        Principals(),
        "account ids, or ARNs of IAM roles, users or account roots, that may send to the transfer queue and put requests on"
        " the bus; principals of the stack's own account can be let in by their own policies instead",
        [],
    ),
    Setting("alarmEmail", Text(r"[^@\s]+@[^@\s]+"), "e-mail address that is notified of alarms", None),
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
        "which events of Connect ask for which transfer: see [doors](doors.md#routes)",
        [],
        _WORKER_AND_FLOW,
    ),
    _made_by_the_stack("transferQueueUrl", "URL of the transfer queue", _WORKER_AND_FLOW),
    _made_by_the_stack("deadLetterQueueUrl", "URL of the dead-letter queue", _WORKER),
    _made_by_the_stack("confirmationQueueUrl", "URL of the confirmation queue", (Function.CONFIRM,)),
    _made_by_the_stack("eventBusName", "name of the deployment's event bus", _WORKER_AND_CONFIRM),
    _made_by_the_stack("ledgerTableName", "name of the ledger's table", _WORKER_AND_CONFIRM),
)

SETTINGS = {row.name: row for row in _ROWS}


def of_function(function: Function) -> list[Setting]:
    """The settings that a function gets as environment variables, in the table's order."""
    return [row for row in SETTINGS.values() if function in row.functions]


def of_file() -> list[Setting]:
    """The keys of a deployment file, in the table's order."""
    return [row for row in SETTINGS.values() if row.in_file]


def default(name: str) -> Any:
    """The default of a setting as the code works with it.

    Args:
        name: a setting that has a default.
    """
    row = SETTINGS[name]
    return None if row.default is None else row.kind.typed(row.default)
