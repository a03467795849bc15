"""Turns to an assistant, its responses to handlers, their actions to the dialogue."""
