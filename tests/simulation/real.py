"""The same with real parts: the local cloud under load, faults on the wire, workers killed with SIGKILL, audited from Connect's history.

``storm`` works on any running local cloud; ``python -m tests.simulation real`` starts one, with quotas raised to 200 a second.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from typing import Any

from local.cloud import LocalCloud
from local.listener import Listener
from local.processes import wait_until
from tests.simulation import real_stage as stage
from tests.simulation.real_audit import Account, Evidence, audit

#: Requests that are sent together, and how many may be open when the next are. The emulator reads its whole queue at every receive.
WAVE, BACKLOG = 200, 600
#: Calls a second that Connect admits of each operation in the command's storm, as ``settings`` say.
QUOTAS = {"TransferContact": 200, "DescribeContact": 1000, "DescribeContactFlow": 1000, "ListAssociatedContacts": 1000}
_OUTCOMES = {"detail-type": ["Contact Transfer Succeeded", "Contact Transfer Failed"]}


@dataclass
class Storm:
    """What came of a storm. ``findings`` is empty when every promise was kept. ``received``: how often a message was.

    ``throttled``: calls of any operation that Connect refused for its quota, those left out that a fault refused.
    """

    requests: int
    kills: int = 0
    received: int = 0
    calls: int = 0
    throttled: int = 0
    lost_answers: int = 0
    transfers: int = 0
    announced: int = 0
    parked: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)


def settings(_seed: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of the deployment for a storm: 200 transfers a second, four workers."""
    rate = QUOTAS["TransferContact"]
    quotas = {name: {"rate": one, "burst": one} for name, one in QUOTAS.items() if name != "TransferContact"}
    return {"transfersPerSecond": rate, "burst": rate, "quotas": quotas, "maximumConcurrency": 4, "settleMinutes": 0.5}


def storm(
    cloud: LocalCloud,
    requests: int,
    *,
    seed: int,
    kill_every: float,
    most_kills: int = 1_000_000,
    quotas: Mapping[str, float] = MappingProxyType({}),
    progress: Callable[[int], None] = lambda _left: None,
    patience: float = 900.0,
) -> Storm:
    """Send ``requests`` requests, kill a worker every ``kill_every`` seconds on average, and audit what came of it all.

    ``quotas``: calls a second that Connect admits; it admits any number where there are none. More is a finding.
    Nothing new is sent, nobody is killed and no fault strikes once no more than a twentieth is open; what is open then has
    ``patience`` seconds to settle. ``progress`` receives how many are not done.
    """
    found, began = Storm(requests), time.monotonic()
    before = len(cloud.control.transfers()), len(cloud.control.calls())
    account = Account(cloud.deliveries)
    cloud.control.set_active_task_quota(cloud.instance_id, 1_000_000)
    cloud.control.set_quota("*", None)
    for operation, rate in quotas.items():
        cloud.control.set_quota(operation, rate)
    with stage.short_time_outs(cloud), Listener(cloud, _OUTCOMES) as listener:

        def left() -> int:
            listener.heard()
            progress(requests - len(account.contacts) + account.open())
            return account.open()

        with contextlib.suppress(TimeoutError):  # the audit says what is open, and where it was seen last
            with stage.faults(cloud), stage.Killer(cloud, Random(seed), kill_every, most_kills) as killer:
                for start in range(0, requests, WAVE):
                    _await(left, BACKLOG, patience)
                    account.sent(stage.send(cloud, stage.contacts(cloud, min(WAVE, requests - start))))
                _await(left, requests // 20, patience)
            _await(lambda: left() and cloud.queue_depth(), 0, patience)
        _judge(cloud, found, account, [event["detail"] for event in listener.heard()], before=before, quotas=quotas)
    found.kills, found.seconds = killer.kills, time.monotonic() - began
    return found


def _judge(
    cloud: LocalCloud,
    found: Storm,
    account: Account,
    events: Sequence[Mapping[str, Any]],
    *,
    before: tuple[int, int],
    quotas: Mapping[str, float],
) -> None:
    with contextlib.suppress(TimeoutError):  # who deleted the last message may not have said so yet
        wait_until(lambda: not account.open(), "the deletions are known", timeout=5.0)
    ours = set(account.contacts)
    history = cloud.control.calls(after=before[1])
    evidence = Evidence(
        account,
        transfers=[one for one in cloud.control.transfers(after=before[0]) if one["old"] in ours],
        calls=[one for one in history if one["operation"] == "TransferContact" and one["ids"].get("ContactId") in ours],
        events=[one for one in events if one.get("contactId") in ours],
        parked=dict(stage.parked(cloud, account)),
        queued=cloud.queue_depth(),
        history=history,
        quotas=quotas,
    )
    found.transfers, found.announced = len(evidence.transfers), len({contact for contact, _ in evidence.successes})
    found.parked, found.received = len(evidence.parked), account.received
    found.calls = len(evidence.calls)
    found.throttled = evidence.throttled.total()
    found.lost_answers = sum(one["applied"] and one["delivered"] != "answer" for one in evidence.calls)
    found.findings = audit(evidence)


def _await(left: Callable[[], int], enough: int, patience: float) -> None:
    wait_until(lambda: left() <= enough, f"no more than {enough} are open", timeout=patience, pause=0.3)
