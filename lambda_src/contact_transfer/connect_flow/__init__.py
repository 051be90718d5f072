"""The function that Connect flows invoke to ask for a transfer."""
