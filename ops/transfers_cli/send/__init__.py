"""``transfers send``: requests from options, a file or standard input into the transfer queue, checked before they go."""
