from ..transport_genesys.conftest import anyio_backend, lobby, refuse_quickly

__all__ = ["anyio_backend", "lobby", "refuse_quickly"]
