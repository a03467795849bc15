"""Audio codings: one module for each."""
