"""Who a request is: its name, its fingerprint and its client token. All pure, all from the request alone.

Never from the message id, the time or the attempt: a redelivered, replayed, redriven or repeated request must be the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

_NAME_DIGITS = 32
_ENTRY_DIGITS = 16


def _digest(*parts: object) -> str:
    # JSON keeps ("a", "bc") and ("ab", "c") apart.
    return hashlib.sha256(json.dumps(parts, separators=(",", ":"), sort_keys=True).encode()).hexdigest()


def request_name(instance_id: str, request_id: str) -> str:
    """The name of a request that its producer named."""
    return f"request:{_digest(instance_id, request_id)[:_NAME_DIGITS]}"


def transfer_name(contact_id: str, fingerprint: str) -> str:
    """The name of a request without a ``requestId``: what is moved where. It begins with the contact, for people to read."""
    return f"contact:{contact_id}:{fingerprint[:_NAME_DIGITS]}"


def fingerprint(parameters: Mapping[str, str]) -> str:
    """A digest of the parameters that the request gives, by their public names.

    What is left out is no part of it, so a parameter that a later version adds changes no request that does without.
    """
    return _digest(parameters)


def entry(name: str, fingerprint: str) -> str:
    """What the ledger writes of a named request under: a name may have had other parameters before, or may have them since."""
    return f"{name}:{fingerprint[:_ENTRY_DIGITS]}"


def name_of(entry: str) -> str:
    """The name in an entry; a name that a transfer has by itself is its own entry."""
    return entry[: -_ENTRY_DIGITS - 1] if entry.startswith("request:") else entry


def client_token(name: str, fingerprint: str) -> str:
    """The ``ClientToken`` of TransferContact: 64 hexadecimal digits (the API allows up to 500 characters)."""
    return _digest("client-token", name, fingerprint)
