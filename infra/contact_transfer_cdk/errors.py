"""What stops a synthesis before it begins: one sentence for a person, and no traceback."""

from __future__ import annotations


class DeploymentError(ValueError):
    """A deployment cannot be as asked. The message is one whole sentence: what is wrong, and what to do."""
