"""Text to speech by IBM Watson, heard while it is made."""
