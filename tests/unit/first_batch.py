"""The worker's start and a first batch with instant answers: which modules are loaded, and which of them do anything.

A module does something when a function of it is called; what runs while it is imported (its body, those of its classes) does not
count. Prints JSON on standard error: the source files of all loaded modules by name, and those in which a function was called.
"""

import json
import sys
from types import FrameType
from typing import Any

_OPTIMIZED = 1  # code of a function, not of a module or a class
called: set[str] = set()


def note(frame: FrameType, event: str, _argument: Any) -> None:
    """Note where a Python function is called."""
    if event == "call" and frame.f_code.co_flags & _OPTIMIZED:
        called.add(frame.f_code.co_filename)


sys.setprofile(note)
from bench.inside.worker import Context, event, handler  # noqa: E402 - the start is what is watched

answer = handler(event(0, 1), Context())
sys.setprofile(None)
if answer["batchItemFailures"]:
    raise SystemExit("the message came back: the watch is of something else")
files = {name: file for name, module in list(sys.modules.items()) if (file := getattr(module, "__file__", None))}
json.dump({"files": files, "called": sorted(called)}, sys.stderr)
