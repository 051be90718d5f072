"""Amazon Connect: the calls, what their answers say, and their rate limits."""
