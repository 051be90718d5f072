"""``transfers web``: the console in a browser, served on this machine alone by the functions behind the other commands."""
