"""What happens to one request: the story, its rules, and how a lost answer is reconciled."""
