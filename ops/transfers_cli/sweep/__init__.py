"""``transfers sweep``: every contact that waits in a queue, moved as one batch."""
