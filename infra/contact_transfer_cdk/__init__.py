"""The stack: what is deployed, and the settings that decide about it. For another CDK app:

    from contact_transfer_cdk import ContactTransfer, load_settings

    service = ContactTransfer(stack, "Transfers", settings=load_settings("deployments/live.json"))

Both are loaded on first use: the construct needs the CDK and node, and the settings are read by commands that need neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contact_transfer_cdk.construct import ContactTransfer
    from contact_transfer_cdk.settings.deployment import load_settings

__all__ = ["ContactTransfer", "load_settings"]


def __getattr__(name: str) -> Any:
    if name == "load_settings":
        from contact_transfer_cdk.settings.deployment import load_settings  # noqa: PLC0415 - loaded on first use

        return load_settings
    if name != "ContactTransfer":
        raise AttributeError(f"module 'contact_transfer_cdk' has no attribute '{name}'")
    from contact_transfer_cdk.node import use_node  # noqa: PLC0415 - loaded on first use

    use_node()
    from contact_transfer_cdk.construct import ContactTransfer  # noqa: PLC0415 - needs node, found one line above

    return ContactTransfer
