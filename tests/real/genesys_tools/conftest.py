from ..transport_genesys.conftest import lobby, refuse_quickly

__all__ = ["lobby", "refuse_quickly"]
