"""Where lines of the log go. Imports nothing else of the server."""
