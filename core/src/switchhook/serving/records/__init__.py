"""Records of calls: how they grow, where they wait, who is given them. Imports `drivers`, `log` and
`process`."""
