"""What happened: the call record, the journal of events, what of both is hidden, and running them again."""
