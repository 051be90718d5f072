"""``python -m local.lifeline MODULE ARGUMENTS``: runs a module that ends when standard input closes.

The process that starts it holds the other end of that pipe, so the module cannot outlive them, not even after a kill -9.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True, name="lifeline").start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
