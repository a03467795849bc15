"""A trace of each call, for OpenTelemetry.

`ids` tells the ids, `spans` makes spans of a call's record, and `sending` hands them to the exporter in a
thread of its own, which no call waits for.
"""
