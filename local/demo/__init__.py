"""The demonstration: requests of every kind from all four sources, and an independent account of their results."""
