"""The caller's audio to a recognition, and what it hears."""
