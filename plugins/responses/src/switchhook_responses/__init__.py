"""Handlers of response types: one module for each, what they share beside them."""
