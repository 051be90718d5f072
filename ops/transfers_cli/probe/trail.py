"""The trail of a probe on this machine: each contact before and after it is made, so that a crash leaves nothing unknown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transfers_cli.probe.register import Register


class Trail:
    """A file of JSON lines, one a step; written through at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, folder: Path, instance_id: str) -> Trail:
        """The trail of an instance's probes in ``folder``. ``instance_id``: the instance's."""
        return cls(folder / f"probe-{instance_id}.contacts.jsonl")

    def record(self, step: Mapping[str, Any]) -> None:
        """Add a step."""
        kept = {name: value for name, value in step.items() if name != "asked"}
        if "asked" in step:
            kept["token"] = step["asked"]["ClientToken"]
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(kept) + "\n")

    def remove(self) -> None:
        """Nothing of the probe is left."""
        self.path.unlink(missing_ok=True)

    def read_into(self, register: Register) -> None:
        """Have ``register`` know every contact that is not known to have ended, and every start without an answer."""
        if not self.path.is_file():
            return
        for line in self.path.read_text("utf-8").splitlines():
            try:
                _replay(register, json.loads(line))
            except ValueError:
                continue  # the line that the crash cut


def _replay(register: Register, step: Mapping[str, Any]) -> None:
    if "start" in step:
        register.lost_starts[step["token"]] = 0.0
    elif "contact" in step:
        register.lost_starts.pop(step["by"], None)
        if step["by"] in register.contacts:
            register.child(step["by"], step["contact"])
        register.made(step["contact"], step["by"])
    elif "transfer" in step and step["transfer"] in register.contacts:
        register.transferring(step["transfer"], 0.0)
    elif "ended" in step and step["ended"] in register.contacts:
        register.ended(step["ended"])
