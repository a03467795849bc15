"""IBM's vgw commands, each as what it is today."""

import pytest

from switchhook import (
    Annotate,
    CallInfo,
    Choice,
    CollectDigits,
    ConfigureRecognition,
    ConfigureSynthesis,
    EndCall,
    ForceTurn,
    HandOver,
    Offer,
    Play,
    Remark,
    Say,
    SetBargeIn,
    SetLanguage,
    SetListening,
    hookimpl,
)
from switchhook.call.dialogue.events import NotPerformed
from switchhook_responses.user_defined import handle_user_defined
from switchhook_responses.vgw import COMMANDS

from .conftest import asked, performed

pytestmark = pytest.mark.anyio
OURS = "user_defined switchhook"
OPTIONS = [{"label": "Cards", "value": {"input": {"text": "cards"}}}, {"label": "Loans"}]


async def commanded(call, *commands, key="vgwActionSequence"):
    given = [{"command": name, "parameters": parameters} for name, parameters in commands]
    item = {"response_type": "user_defined", "user_defined": {key: given if key[-1] == "e" else given[0]}}
    return await performed(item, call)


@pytest.mark.parametrize(
    ("command", "parameters", "actions"),
    [
        ("vgwActPlayText", {"text": ["Hello", "AT&T"]}, [Say("Hello"), Say("AT&T")]),
        ("vgwActPlayText", {}, []),
        ("vgwActHangup", {}, [EndCall()]),
        ("vgwActForceNoInputTurn", {}, [ForceTurn("vgwNoInputTurn")]),
        ("vgwActSendSMS", {"message": "hi"}, [ForceTurn("vgwSMSFailed")]),
        (
            "vgwActSetSTTConfig",
            {"config": {"model": "a"}, "updateMethod": "mergeOnce"},
            [ConfigureRecognition({"model": "a"}, "merge_once")],
        ),
        (
            "vgwActSetSTTConfig",
            {"credentials": {"apikey": "x"}},
            [Remark("vgwActSetSTTConfig: credentials are not taken from an assistant")],
        ),
        (
            "vgwActSetTTSConfig",
            {"config": {"voice": "b"}, "updateMethod": "replaceOnce"},
            [ConfigureSynthesis({"voice": "b"}, "replace_once")],
        ),
        ("vgwActSetTTSConfig", {"cacheTimeToLive": 336}, []),
        (
            "vgwActCollectDTMF",
            {
                "dtmfTermKey": "#",
                "dtmfCount": "4",
                "dtmfIgnoreSpeech": True,
                "dtmfPauseAfterCollection": True,
            },
            [CollectDigits(4, termination_key="#", ignore_speech=True, stop_after=True)],
        ),
        (
            "vgwActCollectDtmf",
            {"dtmfMinCount": 1, "dtmfMaxCount": 3, "dtmfInterDigitTimeoutCount": 500},
            [CollectDigits(minimum=1, maximum=3, inter_digit_timeout=0.5)],
        ),
        ("vgwActPauseDTMF", {}, [SetListening(digits=False)]),
        ("vgwActUnPauseDTMF", {}, [SetListening(digits=True)]),
        ("vgwActPauseSTT", {}, [SetListening(speech=False)]),
        ("vgwActUnPauseSTT", {}, [SetListening(speech=True)]),
        ("vgwActDisableSTTDuringPlayback", {}, [SetBargeIn(speech=False)]),
        ("vgwActEnableSTTDuringPlayback", {}, [SetBargeIn(speech=True)]),
        ("vgwActDisableSpeechBargeIn", {}, [SetBargeIn(speech=False)]),
        ("vgwActEnableSpeechBargeIn", {}, [SetBargeIn(speech=True)]),
        ("vgwActDisableDTMFBargeIn", {}, [SetBargeIn(digits=False)]),
        ("vgwActEnableDTMFBargeIn", {}, [SetBargeIn(digits=True)]),
        (
            "vgwActSetConversationConfig",
            {"url": "https://elsewhere", "password": "x"},
            [Remark("vgwActSetConversationConfig: an assistant cannot name another")],
        ),
        ("vgwActSendSIPInfo", {"sipHeaders": []}, []),
        ("vgwActAddCustomCDRData", {"a": 1}, [Annotate({"a": 1})]),
        (
            "vgwActSetSTTConfig",
            {"confidenceScoreThreshold": "0.2", "bargeInResume": "true"},
            [SetBargeIn(confidence=0.2, resume=True)],
        ),
        (
            "vgwActSetSTTConfig",
            {"confidenceScoreThreshold": 7},
            [Remark("vgwActSetSTTConfig: confidenceScoreThreshold: Input should be less than or equal to 1")],
        ),
        ("vgwActDance", {}, [Remark("user_defined: there is no command 'vgwActDance'")]),
    ],
)
@pytest.mark.parametrize("key", ["vgwAction", "vgwActionSequence"])
async def test_a_command_is_what_it_is_today(command, parameters, actions, key, call):
    assert await commanded(call, (command, parameters), key=key) == actions


async def test_a_transfer_is_a_hand_over(call):
    [over] = await commanded(call, ("vgwActTransfer", {"transferTarget": "tel:+15550100"}))
    assert isinstance(over, HandOver)
    assert over.variables["wxa_transfer_target"] == "tel:+15550100"


@pytest.mark.parametrize("target", [None, True, {}, ["tel:+15550100"]])
async def test_a_transfer_to_nobody_names_nobody(target, call):
    [over] = await commanded(call, ("vgwActTransfer", {"transferTarget": target}))
    assert "wxa_transfer_target" not in over.variables


async def test_of_texts_only_texts_and_numbers_are_said(call):
    texts = ["a", None, True, {"b": 1}, ["c"], 7]
    assert await commanded(call, ("vgwActPlayText", {"text": texts})) == [Say("a"), Say("7")]


async def test_keys_are_sent_as_tones(call):
    [play] = await commanded(call, ("vgwActSendDTMF", {"dtmfDigits": [{"code": "1"}], "sendInterval": 100}))
    assert isinstance(play, Play)


async def test_a_file_that_cannot_be_fetched_is_not_performed(call):
    [missed] = await commanded(call, ("vgwActPlayUrl", {"url": "https://example.com/a.wav"}))
    assert missed == NotPerformed(1, "audio", "the plugin has not been started", failed=True)


async def test_commands_are_performed_in_order(call):
    actions = await commanded(call, ("vgwActDisableSpeechBargeIn", {}), ("vgwActPlayText", {"text": ["a"]}))
    assert actions == [SetBargeIn(speech=False), Say("a")]


@pytest.mark.parametrize("command", sorted(COMMANDS))
@pytest.mark.parametrize("parameters", [None, {}, [], "x", {"config": 7, "text": 7, "dtmfDigits": 7}])
async def test_no_command_raises_whatever_its_parameters(command, parameters, call):
    await commanded(call, (command, parameters))


@pytest.mark.parametrize("payload", [{}, {"weather": 1}, {"vgwAction": 7}, {"vgwActionSequence": "x"}])
def test_what_is_no_command_is_left_to_others(payload, call):
    assert (
        asked(handle_user_defined, {"response_type": "user_defined", "user_defined": payload}, call) is None
    )


# --- lists


async def listed(call, **config):
    await commanded(call, ("vgwActSetOptionsConfig", config))
    return await performed({"response_type": "option", "title": "Which?", "options": OPTIONS}, call)


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("Press or say %s for", "Which? Press or say 1 for Cards. Press or say 2 for Loans."),
        ("%s -", "Which? 1 - Cards. 2 - Loans."),
        (
            '<break time="500ms"/>',
            'Which? <break time="500ms"/> Cards. <break time="500ms"/> Loans.',
        ),
        ("{} %s", "Which? 1 Cards. 2 Loans."),
    ],
)
async def test_the_prefix_of_a_list_is_configured(prefix, said):
    say, _ = await listed(CallInfo("prefix", "bank"), prefixText=prefix)
    assert say == Say(said)


async def test_the_words_that_select_are_configured(call):
    _, offer = await listed(call, matchWord=["eins", "zwei"])
    assert offer.choices[1] == Choice("2", ("zwei", "2", "Loans"), {"text": "Loans"})


async def test_without_speech_only_keys_select_and_labels_are_said(call):
    say, offer = await listed(call, disableSpeech="true")
    assert say.text == "Which? 1. Cards. 2. Loans."
    assert [choice.phrases for choice in offer.choices] == [(), ()]


async def test_lists_are_configured_for_one_call(call):
    await listed(call, prefixText="%s)")
    item = {"response_type": "option", "title": "", "options": OPTIONS}
    assert (await performed(item, CallInfo("2", "bank")))[0] == Say("1. Cards. 2. Loans.")


async def test_suggestions_are_configured_by_a_command_of_their_own(call):
    await commanded(call, ("vgwActSetDisambiguationConfig", {"prefixText": "%s)"}))
    items = {"title": "Or", "suggestions": OPTIONS, "options": OPTIONS}
    assert (await performed({"response_type": "suggestion", **items}, call))[0].text.startswith(
        "Or. 1) Cards"
    )
    assert (await performed({"response_type": "option", **items}, call))[0].text.startswith("Or. 1. Cards")


async def test_an_offer_has_both_actions(call):
    assert [type(action) for action in await listed(call)] == [Say, Offer]


# --- a stranger's handlers get what a command asks for


class Stranger:
    """Handles keys, recordings and texts in its own way."""

    @hookimpl
    def handle_dtmf(self, response):
        return Say(f"keys: {response.command_info.parameters['count']}")

    @hookimpl
    def handle_audio(self, response):
        return Say(f"file: {response.source}")

    @hookimpl
    def handle_text(self, response):
        return Say(f"text: {response.text}")


@pytest.mark.parametrize(
    ("command", "parameters", "text"),
    [
        ("vgwActCollectDTMF", {"dtmfCount": 4}, "keys: 4"),
        ("vgwActPlayUrl", {"url": "https://example.com/a.wav"}, "file: https://example.com/a.wav"),
        ("vgwActPlayText", {"text": ["hi"]}, "text: hi"),
    ],
)
@pytest.mark.parametrize("key", ["vgwAction", "vgwActionSequence"])
async def test_a_stranger_gets_what_a_command_asks_for(command, parameters, text, key, call):
    action = {"command": command, "parameters": parameters}
    given = {key: [action] if key == "vgwActionSequence" else action}
    item = {"response_type": "user_defined", "user_defined": given}
    assert await performed(item, call, Stranger()) == [Say(text)]


async def test_a_strangers_recording_is_played_where_no_voice_speaks_the_text(call):
    class Files:
        @hookimpl
        def handle_audio(self, response):
            return Play(b"mine")

    given = {"text": "hi", "errAudioURL": "https://example.com/a.wav"}
    item = {
        "response_type": "user_defined",
        "user_defined": {"vgwAction": {"command": "vgwActPlayText", "parameters": given}},
    }
    assert await performed(item, call, Files()) == [Say("hi", otherwise=Play(b"mine"))]


async def test_a_stranger_may_configure_lists(call):
    class Lists:
        @hookimpl
        def handle_user_defined(self, response):
            mine = response.user_defined.get("vgwAction", {}).get("command") == "vgwActSetOptionsConfig"
            return Remark("lists are mine") if mine else None

    commands = [{"command": "vgwActHangup"}, {"command": "vgwActSetOptionsConfig"}]
    item = {"response_type": "user_defined", "user_defined": {"vgwActionSequence": commands}}
    assert await performed(item, call, Lists()) == [EndCall(), Remark("lists are mine")]


@pytest.mark.parametrize(
    ("given", "actions"),
    [
        ({"set_language": "es-US"}, [SetLanguage("es-US")]),
        ({"set_language": "garbage"}, [SetLanguage("garbage")]),
        ({"set_language": 7}, [Remark(f"{OURS}: set_language: expected a language tag such as 'es-US'")]),
        ({"set_language": ""}, [Remark(f"{OURS}: set_language: expected a language tag such as 'es-US'")]),
        ({"dance": 1}, [Remark(f"{OURS}: there is no 'dance'; known: set_language")]),
        ("es-US", [Remark(f"{OURS}: expected a table")]),
        ({}, []),
    ],
)
async def test_an_assistant_asks_for_a_language(given, actions, call):
    item = {"response_type": "user_defined", "user_defined": {"switchhook": given}}
    assert await performed(item, call) == actions


async def test_it_may_stand_beside_a_command_and_goes_before_it(call):
    asked = {"switchhook": {"set_language": "es"}, "vgwAction": {"command": "vgwActHangup"}}
    assert await performed({"response_type": "user_defined", "user_defined": asked}, call) == [
        SetLanguage("es"),
        EndCall(),
    ]


async def test_on_another_channel_it_is_not_asked_for(call):
    item = {"response_type": "user_defined", "user_defined": {"switchhook": {"set_language": "es"}}}
    assert await performed({**item, "channels": [{"channel": "chat"}]}, call) == []


# --- side by side


class Weather:
    """A stranger's, which knows its payload by a key."""

    @hookimpl
    def handle_user_defined(self, response):
        return Say("dry") if "weather" in response.user_defined else None


class Stock:
    """Another's, which knows its payload by its shape."""

    @hookimpl
    def handle_user_defined(self, response):
        match response.user_defined:
            case {"symbol": str(symbol), "market": str()}:
                return Say(f"{symbol} is up")
        return None


@pytest.mark.parametrize(
    ("payload", "actions"),
    [
        ({"weather": "today"}, [Say("dry")]),
        ({"symbol": "IBM", "market": "NYSE"}, [Say("IBM is up")]),
        ({"vgwAction": {"command": "vgwActHangup"}}, [EndCall()]),
        ({"switchhook": {"set_language": "es"}}, [SetLanguage("es")]),
    ],
)
@pytest.mark.parametrize("strangers", [(Weather, Stock), (Stock, Weather)])
async def test_two_strangers_and_the_commands_live_side_by_side(payload, actions, strangers, call):
    item = {"response_type": "user_defined", "user_defined": payload}
    assert await performed(item, call, *(each() for each in strangers)) == actions


@pytest.mark.parametrize("payload", [{"symbol": 7, "market": "NYSE"}, {"symbol": "IBM"}, {}])
async def test_what_is_none_of_theirs_is_said_to_be_performed_by_nobody(payload, call):
    item = {"response_type": "user_defined", "user_defined": payload}
    [unmet] = await performed(item, call, Weather(), Stock())
    assert unmet.problem == "no plugin performs it"
