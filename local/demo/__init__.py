"""The demonstration: requests of every kind through both doors, and an independent account of what became of each."""
