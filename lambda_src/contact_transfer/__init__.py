"""Contact Transfer: moves Amazon Connect task and e-mail contacts to the right queue or agent, by events, exactly once."""
