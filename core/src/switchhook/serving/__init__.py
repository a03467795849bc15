"""A server: the configuration brought to life, calls admitted, records kept, an orderly end. Imports all but
the command line and the tools."""
