"""A leg, engines and a clock in memory, for calls in virtual time."""
