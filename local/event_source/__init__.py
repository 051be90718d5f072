"""The event source mapping of the local cloud: its rules, and the loop that applies them."""
