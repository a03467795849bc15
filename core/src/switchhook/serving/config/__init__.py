"""The configuration file, its secrets, and whether either has changed. Imports nothing else of the server."""
