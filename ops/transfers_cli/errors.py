"""What ends a command early, and the exit statuses, which are part of the command's contract (docs/operators.md)."""

from __future__ import annotations

from enum import IntEnum

from botocore.exceptions import BotoCoreError, ClientError


class Exit(IntEnum):
    """What a script may rely on. 2 is the command line's own, for options that make no sense."""

    DONE = 0
    NOT_ALL = 1  # it was done, but not for everything; or a check found something wrong
    USAGE = 2
    NOTHING = 3  # nothing there that fits
    UNREACHABLE = 4  # no such deployment, or AWS denies or does not answer
    DECLINED = 5  # asked, and the answer was no
    INTERRUPTED = 130


class Stop(Exception):
    """The command ends here: ``message`` for a person, ``status`` for a script."""

    def __init__(self, message: str, status: Exit) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def sentence(error: ClientError | BotoCoreError) -> str:
    """What AWS, or the way to it, answered, for a person."""
    if not isinstance(error, ClientError):
        return f"AWS could not be asked: {error}"
    details = error.response.get("Error", {})
    return f"AWS refused {error.operation_name}: {details.get('Code')}: {details.get('Message')}"
