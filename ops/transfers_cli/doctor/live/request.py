"""What a trial asks for: where its test contacts begin, and where they are transferred to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from contact_transfer.request.arn import InstanceArn
from contact_transfer.request.identity import request_name
from transfers_cli.deployment import Deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.send.lines import read_line
from transfers_cli.sweep.place import chosen_instance, one_id

#: In the ledger and in the events of every request of a trial.
REASON = "transfers doctor --live"


@dataclass(frozen=True)
class Options:
    """The options as they were given. ``seconds``: how long to wait for everything."""

    flow: str | None = None
    queue: str | None = None
    user: str | None = None
    start_flow: str | None = None
    instance: str | None = None
    seconds: float = 120.0


@dataclass(frozen=True)
class Trial:
    """``goal``: the fields of a request that say where to. ``name``: the ``batchId`` of all its requests."""

    name: str
    instance: InstanceArn
    start_flow: str
    goal: dict[str, str]
    seconds: float

    def fields(self, contact_id: str, source: str) -> dict[str, str]:
        """The fields of the request for a test contact, through the source with the key ``source``."""
        return {"instanceId": self.instance.instance_id, "contactId": contact_id, **self.parameters(source)}

    def parameters(self, source: str) -> dict[str, str]:
        """The same for ``source`` as a Connect flow gives them, which names neither instance nor contact."""
        return {**self.goal, "requestId": self.request_id(source), "batchId": self.name, "reason": REASON}

    def request_id(self, source: str) -> str:
        """The ``requestId`` of the request that goes through ``source``."""
        return f"{self.name}-{source}"

    def request_name(self, source: str) -> str:
        """The name of the request that goes through ``source``."""
        return request_name(self.instance.instance_id, self.request_id(source))


def read(found: Deployment, given: Options, name: str) -> Trial:
    """Read the options. Raise ``Stop`` for those that are missing, make no sense, or that the deployment would refuse."""
    if given.flow is None or (given.queue is None) == (given.user is None):
        raise Stop("--live needs --flow, and either --queue or --user: where the test contacts go.", Exit.USAGE)
    if "TASK" not in found.settings.allowed_channels:
        raise Stop(f"The test contacts are tasks, and {found.stack} transfers none (allowedChannels).", Exit.USAGE)
    place = chosen_instance(found, given.instance)
    goal = {"contactFlowId": one_id(place, "contact-flow", given.flow, "--flow")}
    if given.queue is not None:
        goal["queueId"] = one_id(place, "queue", given.queue, "--queue")
    if given.user is not None:
        goal["userId"] = one_id(place, "agent", given.user, "--user")
    start = goal["contactFlowId"]
    if given.start_flow is not None:
        start = one_id(place, "contact-flow", given.start_flow, "--start-flow")
    trial = Trial(name, place, start, goal, given.seconds)
    checked: Any = read_line(1, json.dumps(trial.fields("any", "any")), found.settings)
    if checked.wrong is not None:
        raise Stop(f"{found.stack} refuses such requests. {checked.wrong}", Exit.USAGE)
    return trial
