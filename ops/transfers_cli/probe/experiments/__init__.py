"""The experiments: what each does, which behaviours it settles, and when it begins."""
