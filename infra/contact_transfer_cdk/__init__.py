"""The stack: what is deployed, and the settings that decide about it.

``from contact_transfer_cdk import ContactTransfer`` gives the construct for another CDK app. It is loaded on first use, because
loading the CDK takes seconds and needs node, and ``contact_transfer_cdk.settings.deployment`` is read by commands that need neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contact_transfer_cdk.construct import ContactTransfer

__all__ = ["ContactTransfer"]


def __getattr__(name: str) -> Any:
    if name != "ContactTransfer":
        raise AttributeError(f"module 'contact_transfer_cdk' has no attribute '{name}'")
    from contact_transfer_cdk.node import use_node  # noqa: PLC0415 - loaded on first use

    use_node()
    from contact_transfer_cdk.construct import ContactTransfer  # noqa: PLC0415 - needs node, found one line above

    return ContactTransfer
