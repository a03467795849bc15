"""How plugins are found, fitted, held, guarded and asked. Imports `contract`."""
