"""A web service as an assistant: a turn goes in as JSON, responses come out."""
