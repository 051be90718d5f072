"""The words for permanent failures, and whose they are to fix. ``transfer.failures`` has what is known of each."""

from __future__ import annotations

from enum import StrEnum


class FailureCode(StrEnum):
    """Every permanent failure. The words are part of the public contract."""

    MALFORMED_MESSAGE = "MalformedMessage"
    INVALID_FIELD = "InvalidField"
    BOTH_DESTINATIONS = "BothDestinations"
    INSTANCE_NOT_ALLOWED = "InstanceNotAllowed"
    FLOW_NOT_ALLOWED = "FlowNotAllowed"
    DESTINATION_NOT_ALLOWED = "DestinationNotAllowed"
    UNSUPPORTED_CHANNEL = "UnsupportedChannel"
    UNSUPPORTED_FLOW_TYPE = "UnsupportedFlowType"
    FLOW_NOT_USABLE = "FlowNotUsable"
    CONTACT_NOT_FOUND = "ContactNotFound"
    FLOW_NOT_FOUND = "FlowNotFound"
    DESTINATION_NOT_FOUND = "DestinationNotFound"
    CONTACT_NOT_ACTIVE = "ContactNotActive"
    SEVERAL_ACTIVE_CONTACTS = "SeveralActiveContacts"
    CONTACT_IN_ANOTHER_REGION = "ContactInAnotherRegion"
    TRANSFER_LIMIT_REACHED = "TransferLimitReached"
    REQUEST_EXPIRED = "RequestExpired"
    IDEMPOTENCY_MISMATCH = "IdempotencyMismatch"
    ROUTE_LIMIT_REACHED = "RouteLimitReached"
    REJECTED_BY_CONNECT = "RejectedByConnect"
    OUTCOME_UNKNOWN = "OutcomeUnknown"
    RETRIES_EXHAUSTED = "RetriesExhausted"


class FailureClass(StrEnum):
    """Whose a failure is to fix. Alarms on new failures are by class."""

    CONFIGURATION = "configuration"  # something in Connect or in the deployment's settings must change
    PRODUCER = "producer"  # the sender of the request must change it
    RACE = "race"  # the contact or the moment had passed; single ones are normal
    UNKNOWN = "unknown"  # a person must find out what happened
