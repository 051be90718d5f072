"""Which flow types each block of Connect's flow language may stand in, for the blocks that the examples use.

Sources: Amazon Connect API reference, flow language, "Restrictions" of each action; administrator guide, "Flow types" of each block
(for Wait the guide, since the flow language's page and the guide disagree and the flow designer follows the guide).
"""

from __future__ import annotations

ALL = frozenset(
    {
        "CONTACT_FLOW",
        "CUSTOMER_QUEUE",
        "CUSTOMER_HOLD",
        "CUSTOMER_WHISPER",
        "AGENT_HOLD",
        "AGENT_WHISPER",
        "OUTBOUND_WHISPER",
        "AGENT_TRANSFER",
        "QUEUE_TRANSFER",
    }
)
INBOUND_AND_TRANSFER = frozenset({"CONTACT_FLOW", "AGENT_TRANSFER", "QUEUE_TRANSFER"})

FLOW_TYPES_OF_BLOCK = {
    "InvokeLambdaFunction": ALL,
    "Compare": ALL,
    "UpdateContactAttributes": ALL,
    "Wait": frozenset({"CONTACT_FLOW", "CUSTOMER_QUEUE"}),
    "UpdateContactTargetQueue": INBOUND_AND_TRANSFER,
    "TransferContactToQueue": INBOUND_AND_TRANSFER,
    "DisconnectParticipant": INBOUND_AND_TRANSFER | {"CUSTOMER_QUEUE"},
}
