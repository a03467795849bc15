"""One call. `call` wires, `dialogue` decides, the other folders do. Imports `contract` and `plugins`."""
