"""Programs that run inside a clean interpreter beside the real asset: they import it and the standard library, and nothing else."""
