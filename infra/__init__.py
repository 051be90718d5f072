"""The stack: what is deployed, and the settings that decide about it.

``from infra import ContactTransfer`` gives the construct for another CDK app. It is loaded on first use, because loading the
CDK takes seconds and needs node, and ``infra.settings`` is read by commands that need neither.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infra.construct import ContactTransfer

__all__ = ["ContactTransfer"]

_LAMBDA_SRC = str(Path(__file__).resolve().parent.parent / "lambda_src")
if _LAMBDA_SRC not in sys.path:  # the stack and the code share contact_transfer.config.worker_settings
    sys.path.append(_LAMBDA_SRC)


def __getattr__(name: str) -> Any:
    if name != "ContactTransfer":
        raise AttributeError(f"module 'infra' has no attribute '{name}'")
    from infra.node import use_node  # noqa: PLC0415 - loaded on first use

    use_node()
    from infra.construct import ContactTransfer  # noqa: PLC0415 - needs node, found one line above

    return ContactTransfer
