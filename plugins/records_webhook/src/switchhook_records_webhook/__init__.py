"""Records of calls, sent to an address."""
