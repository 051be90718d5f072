"""What must hold for every body, whatever it is: read, or refused with a documented code and a sentence that gives nothing away."""

from __future__ import annotations

import json

from contact_transfer.request import field_types, fields
from contact_transfer.request.envelope import MalformedMessage, open_body
from contact_transfer.request.model import TransferRequest
from contact_transfer.request.parser import Refused, read_request
from contact_transfer.transfer.outcome import FailureCode
from tests.properties.bodies import SECRET, SETTINGS

_IDS = {name for name, field in fields.FIELDS.items() if isinstance(field.type, field_types.Id | field_types.Word)}


def read(body: object) -> TransferRequest | FailureCode:
    """Read a body as the worker does and check everything that is promised of the result. Raise ``AssertionError``."""
    try:
        opened = open_body(body)
        request = read_request(opened.fields, SETTINGS, opened.source)
    except MalformedMessage as error:
        _harmless(str(error))
        return FailureCode.MALFORMED_MESSAGE
    except Refused as error:
        _explained(error)
        return error.failed.code
    _believable(request)
    return request


def _explained(refused: Refused) -> None:
    _harmless(refused.failed.message)
    json.dumps(dict(refused.known)).encode()
    texts = (value for value in refused.known.values() if not isinstance(value, bool))
    assert all(isinstance(value, str) and value.strip() for value in texts)
    assert all(field_types.is_id(value) for name, value in refused.known.items() if name in _IDS)
    assert refused.failed.code is not FailureCode.MALFORMED_MESSAGE


def _harmless(sentence: str) -> None:
    assert SECRET not in sentence
    assert len(sentence) < 2000
    sentence.encode()


def _believable(request: TransferRequest) -> None:
    assert not (request.queue_id and request.user_id)
    assert request.instance_id == SETTINGS.instance_arns[0].rpartition("/")[2]
    for text in (request.contact_id, request.contact_flow_id, request.queue_id, request.user_id):
        assert text is None or field_types.is_id(text)
    assert len(request.client_token) == 64
    again = read_request({k: v for k, v in request.public().items() if k != "requestName"}, SETTINGS)
    # another spelling of the same request is the same request
    assert (again.name, again.fingerprint, again.client_token) == (
        request.name,
        request.fingerprint,
        request.client_token,
    )
