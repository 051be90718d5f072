"""``transfers status``: what is true of a request or a contact, from the ledger, the dead-letter queue and Connect."""
