"""Every error answer of the simulated Amazon Connect.

    ConnectError                         an answer with an error code and an HTTP status
        made by the functions below, one for each modelled or common error of the API

Codes and HTTP statuses are those of the service model. Which message each rejection carries is not documented: the texts here
are assumed, and nobody should classify by them.
"""

from __future__ import annotations


class ConnectError(Exception):
    """An error answer: ``code`` as in ``x-amzn-errortype``, ``status`` the HTTP status, ``message`` for a person."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(f"{code} ({status}): {message}")
        self.code = code
        self.status = status
        self.message = message


def invalid_request(message: str) -> ConnectError:
    """400: the request breaks one of the documented requirements."""
    return ConnectError("InvalidRequestException", 400, message)


def not_found(message: str) -> ConnectError:
    """404: the instance, contact, flow, queue or user is not known."""
    return ConnectError("ResourceNotFoundException", 404, message)


def not_published(flow_id: str) -> ConnectError:
    """404, with a code of its own: the flow exists and was never published (DescribeContactFlow)."""
    return ConnectError("ContactFlowNotPublishedException", 404, f"The flow {flow_id} has not been published.")


def quota_exceeded(message: str) -> ConnectError:
    """402: a limit that is not a call rate is used up."""
    return ConnectError("ServiceQuotaExceededException", 402, message)


def duplicate(message: str) -> ConnectError:
    """409: a resource of that name exists."""
    return ConnectError("DuplicateResourceException", 409, message)


def conflict(message: str) -> ConnectError:
    """409: the resource is in another state (PauseContact, ResumeContact)."""
    return ConnectError("ConflictException", 409, message)


def idempotency(message: str = "An entity with the same name already exists.") -> ConnectError:
    """409: the client token is known already."""
    return ConnectError("IdempotencyException", 409, message)


def throttled(status: int = 429) -> ConnectError:
    """429, or 400 as some AWS front ends answer it: the call rate is exceeded."""
    return ConnectError("ThrottlingException", status, "Rate exceeded")


def internal_error() -> ConnectError:
    """500: something went wrong inside."""
    return ConnectError("InternalServiceException", 500, "Request processing failed because of an internal error.")


def unavailable() -> ConnectError:
    """503: a common error of every AWS API."""
    return ConnectError("ServiceUnavailable", 503, "Service is temporarily unavailable.")


def request_timeout() -> ConnectError:
    """408: a common error of every AWS API."""
    return ConnectError("RequestTimeoutException", 408, "The request took too long.")


def access_denied(operation: str) -> ConnectError:
    """403: the caller's role lacks a right."""
    return ConnectError("AccessDeniedException", 403, f"The caller is not authorized to perform connect:{operation}.")


def expired_token() -> ConnectError:
    """403: the caller's credentials have run out."""
    return ConnectError("ExpiredTokenException", 403, "The security token included in the request is expired.")
