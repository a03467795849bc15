"""Several processes that answer calls, and the one that looks after them. Nothing imports it but the command
line."""
