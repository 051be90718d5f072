"""What happened to a request or a contact, in the order of time: typed entries from the ledger and the worker's log lines."""
