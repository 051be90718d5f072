"""The pure model of Amazon Connect: no sockets, no threads, no global state. ``Connect`` is its face."""

from local.connect.model.connect import Call, Connect, Reply
from local.connect.model.errors import ConnectError
from local.connect.model.events import ContactEvent
from local.connect.model.faults import Delivery, Fault, FaultKind
from local.connect.model.history import CallRecord, History, TransferRecord
from local.connect.model.quotas import Rate
from local.connect.model.records import Course
from local.connect.model.switches import Ended, Replay, Switches

__all__ = [
    "Call",
    "CallRecord",
    "Connect",
    "ConnectError",
    "ContactEvent",
    "Course",
    "Delivery",
    "Ended",
    "Fault",
    "FaultKind",
    "History",
    "Rate",
    "Replay",
    "Reply",
    "Switches",
    "TransferRecord",
]
