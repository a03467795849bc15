"""An assistant read from a file."""
