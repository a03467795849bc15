"""The call engine: one task group for each caller, everything that decides in one pure state machine."""
