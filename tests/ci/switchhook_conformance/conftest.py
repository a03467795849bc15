from ...real.switchhook_conformance.conftest import own_server, profile, server

__all__ = ["own_server", "profile", "server"]
