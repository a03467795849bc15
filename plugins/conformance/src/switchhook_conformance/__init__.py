"""A conformance suite for Audio Connector servers, of any make."""
