"""Texts to voices, voices to the leg."""
