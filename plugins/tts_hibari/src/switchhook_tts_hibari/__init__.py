"""Text to speech by hibari: an American English voice that is part of the installed package."""
