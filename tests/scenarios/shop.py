"""A shop whose bot has a few lines, and a caller whom a model plays: what tests of scenarios have in common."""

ENGINES = """
assistant = { use = "script", file = "shop.toml" }
stt = { use = "moonshine" }
tts = { use = "hibari" }
"""
CONFIG = f"[connectors.shop]{ENGINES}"
NUMBER = '{ response_type = "dtmf", command_info = { type = "collect", parameters = { count = 3 } } }'
END = '{ response_type = "end_session" }'


def script(greeting="Hello.", more="", ends=False):
    """The bot's lines. `more`: further ones; `ends`: it ends the call once it has said when the parcel comes."""
    return f"""
[fallback]
responses = ["I did not understand."]
[steps.greeting]
responses = ["{greeting}"]
[steps.hours]
phrases = ["hours", "opening hours"]
responses = ["We are open from nine to five."]
set = '${{system_integrations.genesys_audio_connector.topic}} = "hours"'
[steps.parcel]
phrases = ["parcel"]
responses = ["Key in its number.", {NUMBER}]
next = ["number"]
[steps.number]
digits = {{ length = 3, variable = "number" }}
responses = ["It comes today."{f", {END}" if ends else ""}]
{more}"""


def modelled(service):
    """The one scenario of a caller whom a model of this service plays, and who is judged by it."""
    return f"""
config = "switchhook.toml"
[model]
use = "openai"
model = "m"
base_url = "{service.url}"
api_key = "{service.api_key}"
timeout = "2s"

[[scenario]]
name = "a parcel"
judge = "Was the caller asked for a number?"
[scenario.caller]
persona = "an old man in a hurry"
goal = "where is my parcel"
until = "it comes today"
answers = [{{ hears = "number", keys = "123" }}]
"""


def old_man(asked):
    """The model, as caller and as judge."""
    heard = asked.last["content"].lower()
    if "You judge" in asked.said("system"):
        return "Yes. It asked for it." if "key in its number" in heard else "No. It did not."
    if "number" in heard or "which" in heard:
        return "Well. [keys 123]"
    return "[hang up]" if "today" in heard else "Where is my parcel?"
