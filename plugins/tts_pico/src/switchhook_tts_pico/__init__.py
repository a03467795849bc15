"""Text to speech by SVOX Pico: small, fast and plain, in six languages, all in the installed package."""
