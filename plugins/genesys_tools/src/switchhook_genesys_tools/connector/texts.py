"""How a new configuration and a new script begin."""

CONFIGURATION = """\
# Switchhook answers calls by this file: switchhook serve
# Paths are relative to it. Any value may come from the environment: SWITCHHOOK_SERVER__PORT=9000

[server]
host = "127.0.0.1"  # 0.0.0.0 to be reachable from other machines
port = 8443
# What Genesys Cloud sees: the base of the address, and the host that signatures cover.
# public_url = "wss://voice.example.com/"
# TLS here, or at a proxy in front of this server:
# tls = { certificate = "fullchain.pem", key = "privkey.pem" }

[transport]
use = "genesys"

[records]
directory = "records"  # one JSON Lines file a day; what callers say is hidden there, see unmask below
"""
INTEGRATION = "One integration in Genesys Cloud. It has a second key while they are rotated."
CONNECTOR = "One bot, as a flow calls it: its Connector ID is INSTANCE_ID/connect?version=YYYY-MM-DD"
ENGINES = {
    "assistant": '{{ use = "script", file = "{script}" }}',
    "stt": '{{ use = "moonshine" }}',
    "tts": '{{ use = "hibari" }}',
}
SILENCES = "times the caller is asked whether he is there; then the call goes back to the flow"
UNMASK = 'unmask = ["transcripts", "digits", "variables"]  # what logs and records may show; else they show •'
TRY = """\
What the bot says is in {script}. To call it without Genesys:
  switchhook serve{config}
and, when that is listening, in another terminal:
  switchhook dial{config} --connector {name} {said}"""
SAID = '--say "what can you do" --dtmf 1'
ROTATE = """\
calls under either key are answered once serve has read the configuration again; so, in this order:
  1. send serve a SIGHUP (no call ends), or start it
  2. enter API key and client secret in Genesys Cloud (Admin > Integrations > Credentials)
  3. switchhook connector rotate {name} --retire, and send it again"""
SCRIPT = """\
# What the assistant says. The first step answers the call; the others are reached by their phrases. What a
# caller says need not be one of them, only near enough: write them as callers speak, several for a step.

[fallback]
responses = ["I am sorry, I did not understand. Ask what I can do, or say goodbye."]

# The connector's max_silences says how often.
[no_input]
responses = ["Are you still there?"]

[steps.greeting]
phrases = ["hello", "hi", "good morning", "good evening"]
responses = ["Hello, this is the automatic assistant. How can I help you?"]

# A list is read out with its numbers. Its entries are taken by key, by number or by name, and each of them
# stands for what its `text` says.
[steps.help]
phrases = [
    "what can you do",
    "what can you do for me",
    "tell me what you can do",
    "what can you help me with",
    "how can you help me",
    "what can I ask",
    "what are my options",
    "I need help",
    "help",
    "menu",
]

[[steps.help.responses]]
response_type = "option"
title = "Please choose."
options = [
    { label = "Opening hours", value = { input = { text = "opening hours" } } },
    { label = "Speak to an agent", value = { input = { text = "agent" } } },
]

[steps.hours]
phrases = ["opening hours", "what are your opening hours", "when are you open", "hours"]
responses = ["We are open from nine to five, Monday to Friday. Is there anything else?"]

[steps.agent]
phrases = ["agent", "speak to an agent", "can I talk to someone", "can I talk to a person", "representative"]
# The call goes back to the flow, which finds this among its outputs.
set = '${system_integrations.genesys_audio_connector.transfer_to} = "agent"'
responses = ["One moment, please.", { response_type = "end_session" }]

[steps.goodbye]
phrases = ["goodbye", "bye", "no thank you", "no", "that is all", "thank you goodbye"]
responses = ["Thank you for calling. Goodbye.", { response_type = "end_session" }]
"""
