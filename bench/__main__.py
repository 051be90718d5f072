"""``python -m bench``."""

from bench.app import app

app()
