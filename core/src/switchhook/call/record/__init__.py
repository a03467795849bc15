"""What happened in a call: its record, its events file, what is hidden in both, and how events are run
again."""
