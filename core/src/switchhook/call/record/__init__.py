"""What happened: the call record, the events file, what of both is hidden, and running them again."""
