"""One reading of the configuration, and the one that takes its place. Imports all rooms but `workers` and
`state`."""
