"""One deployment in a run: its queues, its ledger, its bus and its function, and whose its messages are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from local.virtual import Cloud, Handler, Kit, worker
from tests.simulation.evidence import Wanted
from tests.simulation.mail import Mail
from tests.simulation.scenario import INSTANCE_ARN, Scenario

#: What builds the worker in a new environment, from its environment variables.
Maker = Callable[[dict[str, str]], Callable[[Kit], Handler]]
#: Calls on the wire: when, of which environment, and what.
Wire = list[tuple[float, int, str]]


def environment(scenario: Scenario, allowed_queue_ids: frozenset[str] = frozenset()) -> dict[str, str]:
    """The worker's environment variables."""
    return replace(
        worker.settings(INSTANCE_ARN), allowed_queue_ids=allowed_queue_ids, **dict(scenario.settings)
    ).to_environment()


class Deployed:
    """``cloud``: makes it for what builds its environments. ``read``: as ``Mail``'s. ``hosts``: how many environments others have."""

    def __init__(
        self,
        scenario: Scenario,
        maker: Maker,
        cloud: Callable[[Callable[[Kit], Handler]], Cloud],
        read: Callable[[str], Wanted | None],
        *,
        wire: Wire | None = None,
        hosts: int = 0,
    ) -> None:
        self._scenario = scenario
        self._maker = maker
        self._make = maker(environment(scenario))
        self._wire = wire
        self._hosts = hosts
        self.cloud = cloud(self._build)
        self.mail = Mail(self.cloud, read)

    @property
    def left(self) -> int:
        """How many messages and schedules are not done with."""
        return self.cloud.left

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left, and nothing runs."""
        return self.cloud.left == 0 and self.cloud.function.running == 0

    def _build(self, kit: Kit) -> Handler:
        self._hosts += 1
        if self._wire is not None:
            sender, number, wire = kit.aws["sqs"]._sender, self._hosts, self._wire

            def note(operation: str, fault: str) -> None:
                wire.append((sender.loop.now, number, f"calls {operation}{fault}"))

            sender.on_call = note
        return self._make(kit)

    def deploy(self, allowed_queue_ids: frozenset[str]) -> None:
        """The deployment's settings change."""
        self._make = self._maker(environment(self._scenario, allowed_queue_ids))
        self.cloud.function.deploy()

    def send(self, wanted: Wanted, body: str, *, urgent: bool) -> None:
        """A producer sends a message to one of its lanes."""
        self.mail.enter(wanted, body, self.cloud.urgent if urgent else self.cloud.queue)
