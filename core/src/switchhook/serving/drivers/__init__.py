"""Engines and lifespans: made once, entered, warmed, tried, left. Imports `config` alone."""
