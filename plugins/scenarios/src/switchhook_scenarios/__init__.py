"""Scenario files: what callers do, and what a bot has to make of it."""
