"""``transfers cancel``: end what is queued or scheduled, by its requestId or its batch."""
