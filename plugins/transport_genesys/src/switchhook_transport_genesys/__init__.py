"""Genesys Cloud Audio Connector: AudioHook version 2 as a transport, on sockets."""
