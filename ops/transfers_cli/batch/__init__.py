"""``transfers batch``: how far the requests of a batch are."""
