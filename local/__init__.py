"""The local cloud: what stands in for AWS on this machine."""
