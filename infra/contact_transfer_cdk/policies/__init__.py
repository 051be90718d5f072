"""Keys, permissions, and the calls that they permit."""
