"""The settings of a deployment: their model, how they are read, and what is checked before synthesis."""
