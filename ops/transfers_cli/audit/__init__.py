"""``transfers audit``: whether what was announced, what the ledger has and what Connect shows agree."""
