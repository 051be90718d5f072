"""``transfers doctor --live``: one test contact through every source, followed to its end, and one request that must fail."""
