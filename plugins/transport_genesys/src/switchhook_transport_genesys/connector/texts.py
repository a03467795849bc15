"""What a new configuration and a new script begin as."""

CONFIGURATION = """\
# Switchhook answers calls by this file: switchhook serve --config FILE
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
directory = "records"  # one JSON Lines file a day
"""
INTEGRATION = "One integration in Genesys Cloud. It has a second key while they are rotated."
CONNECTOR = "One bot, as a flow calls it: its Connector ID is INSTANCE_ID/connect?version=YYYY-MM-DD"
ENGINES = {
    "assistant": '{{ use = "script", file = "{script}" }}',
    "stt": '{{ use = "moonshine" }}',
    "tts": '{{ use = "hibari" }}',
}
ROTATE = """\
calls under either key are answered from the next start of serve on; so, in this order:
  1. restart serve
  2. enter API key and client secret in Genesys Cloud (Admin > Integrations > Credentials)
  3. switchhook connector rotate {name} --retire, and restart serve again"""
SCRIPT = """\
# What the assistant says. The first step answers the call; the others are reached by their phrases.

[fallback]
responses = ["I am sorry, I did not understand. You can ask for our opening hours, or for an agent."]

[no_input]
responses = ["Are you still there? You can ask for our opening hours, or for an agent."]

[steps.greeting]
responses = ["Hello, this is the automatic assistant. How can I help you?"]

[steps.hours]
phrases = ["hours", "opening hours", "when are you open"]
responses = ["We are open from nine to five, Monday to Friday. Is there anything else?"]

[steps.agent]
phrases = ["agent", "speak to an agent", "representative"]
# The call goes back to the flow, which finds this among its outputs.
set = '${system_integrations.genesys_audio_connector.transfer_to} = "agent"'
responses = ["One moment, please.", { response_type = "end_session" }]

[steps.goodbye]
phrases = ["goodbye", "no thank you", "that is all"]
responses = ["Thank you for calling. Goodbye.", { response_type = "end_session" }]
"""
