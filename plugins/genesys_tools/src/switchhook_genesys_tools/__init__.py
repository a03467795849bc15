"""What an operator does around a Genesys transport: enter connectors, call them, try them from outside."""
