"""Emulated AWS: one ministack process on 127.0.0.1, made to accept the whole template."""

from local.aws.launcher import Aws, Identity

__all__ = ["Aws", "Identity"]
