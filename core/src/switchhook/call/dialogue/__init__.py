"""Who speaks when: events in, effects out, without I/O or clock. Imports `contract` alone."""
