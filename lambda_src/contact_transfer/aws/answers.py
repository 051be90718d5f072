"""What counts as an answer of an AWS service, and what its errors say: the one place that decides it.

Somebody in between (a proxy, a load balancer) may answer in a service's place, with a page or with nothing. So a success needs the
service's request id, and a definite rejection an error code that the service's model knows. Everything else is an answer that was lost.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.exceptions import ClientError

#: Access denied, whichever service says it: an operator fixes the role, the key or the clock, and everything goes on.
#: Source: "Common error types" of the AWS API references, and KMS errors as SQS passes them on.
_DENIALS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "KmsAccessDenied",
        "KmsDisabled",
        "MissingAuthenticationToken",
        "NoCredentialsError",
        "NotAuthorized",
        "OptInRequired",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
    }
)
_THROTTLES = frozenset(
    {
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


def is_denial(code: str) -> bool:
    """Whether an error code (or the name of a botocore exception) says that access was denied."""
    return code in _DENIALS or code.rpartition(".")[2] in _DENIALS


def is_throttle(code: str) -> bool:
    """Whether an error code says that a request quota is used up."""
    return code in _THROTTLES


def code_and_status(error: ClientError) -> tuple[str, int]:
    """The error code, and the HTTP status (0 where it is unknown)."""
    code = error.response.get("Error", {}).get("Code", "Unknown")
    return str(code), int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def unproven(answer: Any) -> str | None:
    """Say why a success is not known to be the service's own; None when it is. ``answer``: what boto3 returned."""
    meta = answer.get("ResponseMetadata", {})
    headers = meta.get("HTTPHeaders", {})
    if headers.get("x-amzn-requestid") and meta.get("HTTPStatusCode", 200) == 200:
        return None
    kind = headers.get("content-type", "no content type")
    return f"an answer without request id (HTTP {meta.get('HTTPStatusCode')}, {kind})"


def is_modelled(client: Any, error: ClientError) -> bool:
    """Whether the error is the service's own: its model, or the list of errors that all services have, knows the code."""
    code = code_and_status(error)[0]
    return is_denial(code) or is_throttle(code) or code in _modelled(client.meta.service_model)


@cache
def _modelled(service_model: Any) -> frozenset[str]:
    return frozenset(shape.error_code for shape in service_model.error_shapes)
