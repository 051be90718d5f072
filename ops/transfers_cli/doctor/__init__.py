"""``transfers doctor``: checks of a deployment before and after it goes live. Each finding says what to do."""
