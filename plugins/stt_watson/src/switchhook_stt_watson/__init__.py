"""Speech to text by IBM Watson: one WebSocket per call, which survives what happens to it."""
