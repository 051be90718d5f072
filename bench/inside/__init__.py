"""Programs that run in a clean interpreter beside the real asset. They import it, the standard library and nothing else."""
