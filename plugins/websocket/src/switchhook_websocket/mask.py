"""Masking of payloads, compiled where the library's extension is there."""

try:
    from websockets.speedups import apply_mask
except ImportError:  # no compiled extension on this platform
    from websockets.utils import apply_mask

__all__ = ["apply_mask"]
