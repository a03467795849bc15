"""A leg and engines in memory, for calls in virtual time."""
