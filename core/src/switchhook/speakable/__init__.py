"""Turns what authors and models write into what a voice is given. It is pure and imports nothing of core, and
its work grows only linearly with the text."""
