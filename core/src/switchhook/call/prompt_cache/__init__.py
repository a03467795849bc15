"""Audio of texts that were spoken before, in memory and on disk."""
