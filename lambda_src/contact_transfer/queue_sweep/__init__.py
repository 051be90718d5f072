"""A sweep: one transfer request for each contact that waits in a queue, oldest first, as one batch."""
