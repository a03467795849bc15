"""What belongs to the process: descriptors, sockets, signals, systemd, the admin port. Imports nothing else
of the server."""
