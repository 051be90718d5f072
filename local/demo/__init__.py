"""The demonstration: requests of every kind through all four doors, and an independent account of what became of each."""
