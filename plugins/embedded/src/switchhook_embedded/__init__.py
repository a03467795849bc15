"""What the offline speech engines share: an engine adds how it decodes an utterance (`recogniser`,
`decoding`) or says a sentence (`voice`).

These modules load numpy and more, so plugins import them when an engine is made.
"""
