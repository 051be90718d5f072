"""Whether transferred contacts arrive in a queue or with an agent."""
