"""``transfers``: the operators' command. It sees, explains and repairs a deployment, in AWS or on this machine alike."""
