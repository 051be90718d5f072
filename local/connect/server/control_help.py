"""What ``GET /_control/`` answers: the control address in its own words."""

from __future__ import annotations

from typing import Any

HELP: dict[str, Any] = {
    "what": "Amazon Connect simulator. Every path but /_control is the real API: point AWS_ENDPOINT_URL_CONNECT here.",
    "paths": {
        "GET /_control/state": "instances, flows, queues, users, counts",
        "GET /_control/contacts/{id}": "the truth about one contact, whatever callers are shown",
        "GET /_control/history?calls_after=0&transfers_after=0&limit=10000": "every call and every transfer, append-only",
        "GET /_control/stats": "counts of calls by operation and answer, of transfers, contacts transferred twice",
        "GET|PATCH /_control/switches": "undocumented behaviours, e.g. {'token_replay': 'conflict'}",
        "GET|PATCH /_control/quotas": "{'TransferContact': {'rate': 2, 'burst': 5}}; '*' for all; null: not limited",
        "PUT /_control/instances/{id}/active-tasks": "{'quota': 2500}",
        "GET|POST|DELETE /_control/faults": "{'kind': 'throttle', 'operation': 'TransferContact', 'calls': 3}",
        "DELETE /_control/faults/{number}": "end one fault",
        "POST /_control/others": "{'do': 'transfer', 'contact_id': …, 'queue_id': …, 'in_seconds': 5}",
        "GET /_control/events?after=0&wait=10": "contact events with a higher number, for a client that publishes them",
        "POST /_control/seed": "{'instance_id': …}: flows of every type, queues, users, by friendly name",
        "POST /_control/reset": "start afresh with the same instances",
    },
    "fault_fields": {
        "kind": "required; lost-… lets the call take effect and loses its answer",
        "operation": "'*' (default) or one operation",
        "contact_id": "only calls about this contact",
        "skip": "so many matching calls pass first",
        "calls": "strikes so many calls",
        "starts_after": "seconds from now",
        "seconds": "how long it lasts",
        "probability": "0..1",
        "delay": "seconds, for slow (answers later) and late (takes effect later)",
    },
}
