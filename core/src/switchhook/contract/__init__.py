"""What a plugin's author may read: hooks, actions, responses, engines, legs, settings, errors. Data and
Protocols without I/O; imports nothing else of Switchhook."""
