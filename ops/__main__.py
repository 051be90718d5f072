"""``python -m ops`` is ``transfers``. Ctrl-C ends it without a traceback, also while it still loads."""

import sys

try:
    from ops.main import main

    main()
except KeyboardInterrupt:
    sys.exit(130)
