"""What all AWS services have in common."""
