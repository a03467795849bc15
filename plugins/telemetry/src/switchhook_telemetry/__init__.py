"""Figures of a server for Prometheus."""
