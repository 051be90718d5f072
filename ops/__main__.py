"""``python -m ops`` is ``transfers``."""

from ops.main import main

main()
