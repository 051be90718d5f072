"""The detail-types of the events that the service reads and publishes."""

from __future__ import annotations

REQUESTED = "Contact Transfer Requested"
CANCEL_REQUESTED = "Contact Transfer Cancel Requested"
SUCCEEDED = "Contact Transfer Succeeded"
FAILED = "Contact Transfer Failed"
SKIPPED = "Contact Transfer Skipped"
CANCELLED = "Contact Transfer Cancelled"
CONFIRMED = "Contact Transfer Confirmed"
UNCONFIRMED = "Contact Transfer Unconfirmed"

#: Events about one request; each carries fields of it.
OUTCOMES = frozenset({SUCCEEDED, FAILED, SKIPPED, CANCELLED, CONFIRMED, UNCONFIRMED})
