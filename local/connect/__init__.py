"""The Amazon Connect simulator: a pure model (``local.connect.model``) and an HTTP server around it (``local.connect.server``)."""
