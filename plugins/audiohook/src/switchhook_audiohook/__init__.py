"""Genesys' AudioHook protocol, its signatures, and the settings of integrations and addresses: without I/O.

It may import `switchhook`'s public names, and neither sockets nor a WebSocket library.
"""
