"""What the functions read from their environment."""
