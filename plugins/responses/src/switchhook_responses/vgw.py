"""Turns each vgw command into the response that says the same today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from pydantic import Field

from switchhook import (
    Action,
    Annotate,
    AudioResponse,
    CallInfo,
    EndCall,
    ForceTurn,
    Remark,
    Response,
    Say,
    SetBargeIn,
    parse_response,
)

from .commands import Command, CommandParameters, is_true, read
from .speaking import said

NO_INPUT_TURN = "vgwNoInputTurn"
UNCACHED = "uncached"  # in the call's state, until its reply has been performed
Given = Mapping[str, Any]
Part = Action | Response
Made = Part | list[Part] | Iterator[Part]


def _response(kind: str, **fields: Any) -> Response:
    return parse_response({"response_type": kind, **fields})


def _command(kind: str, command: str, **parameters: Any) -> Response:
    return _response(kind, command_info={"type": command, "parameters": parameters})


def _activity(kind: str, activity: str) -> Callable[[Given, CallInfo], Made]:
    return lambda _, __: _response(kind, activities=[{"type": activity}])


def _switch(kind: str, command: str) -> Callable[[Given, CallInfo], Made]:
    return lambda _, __: _command(kind, command)


def _action(action: Action) -> Callable[[Given, CallInfo], Made]:
    return lambda _, __: action


def _renamed(given: Given, names: Mapping[str, str]) -> dict[str, Any]:
    return {new: given[old] for old, new in names.items() if old in given}


COLLECT = {
    "dtmfTermKey": "termination_key",
    "dtmfCount": "count",
    "dtmfMinCount": "minimum_count",
    "dtmfMaxCount": "maximum_count",
    "dtmfInterDigitTimeoutCount": "inter_digit_timeout_count",
    "dtmfIgnoreSpeech": "ignore_speech",
    "dtmfPauseAfterCollection": "stop_after_collection",
}
STRATEGIES = {
    "replace": "replace",
    "replaceonce": "replace_once",
    "merge": "merge",
    "mergeonce": "merge_once",
}


def _strategy(given: Given) -> str:
    return STRATEGIES.get(str(given.get("updateMethod", "")).lower(), "replace")


def _text(value: object) -> str:
    """A number may stand for a text; what else there is, null among it, is none."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _play_text(given: Given, _: CallInfo) -> Iterator[Part]:
    texts = given.get("text")
    source = _text(given.get("errAudioURL"))
    for text in map(_text, texts if isinstance(texts, list) else [texts]):
        if text and source:
            actions: list[Part] = [_otherwise(action, source) for action in said(text)]
            yield from actions or [_response("text", text=text)]
        elif text:
            yield _response("text", text=text)


def _otherwise(action: Action, source: str) -> Action:
    """The action, with the recording that is played if its text cannot be spoken."""
    recording = cast("AudioResponse", _response("audio", source=source))
    return replace(action, otherwise=recording) if isinstance(action, Say) else action


def _play_url(given: Given, _: CallInfo) -> Made:
    loop = is_true(given.get("playURLInLoop"))
    options = {"voice_telephony": {"loop": loop}}
    return _response("audio", source=_text(given.get("url")), channel_options=options)


def _collect(given: Given, _: CallInfo) -> Made:
    return _command("dtmf", "collect", **_renamed(given, COLLECT))


def _send(given: Given, _: CallInfo) -> Made:
    return _command(
        "dtmf", "send", **_renamed(given, {"dtmfDigits": "digits", "sendInterval": "send_interval"})
    )


def _recognition(given: Given, _: CallInfo) -> Made:
    made: list[Part] = []
    if given.get("credentials") or given.get("thirdPartyCredentials"):
        made.append(Remark("vgwActSetSTTConfig: credentials are not taken from an assistant"))
    if isinstance(given.get("config"), Mapping):
        asked = {"narrowband_recognize": given["config"], "update_strategy": _strategy(given)}
        made.append(_command("speech_to_text", "configure", **asked))
    if doubt := _doubt(given):
        made.append(doubt)
    return made


class Doubt(CommandParameters):
    confidenceScoreThreshold: float | None = Field(None, ge=0, le=1)  # noqa: N815  # as it is called there
    bargeInResume: bool | None = None  # noqa: N815  # likewise


def _doubt(given: Given) -> SetBargeIn | Remark | None:
    """When a final transcript is believed, and whether a prompt goes on when it is not."""
    doubt = read(Doubt, given, "vgwActSetSTTConfig")
    if isinstance(doubt, Remark) or doubt == Doubt():
        return doubt if isinstance(doubt, Remark) else None
    return SetBargeIn(confidence=doubt.confidenceScoreThreshold, resume=doubt.bargeInResume)


def _annotate(given: Given, _: CallInfo) -> Made:
    return Annotate(dict(given))


def _synthesis(given: Given, _: CallInfo) -> Made:
    if not isinstance(given.get("config"), Mapping):
        return []
    asked = {"synthesize": given["config"], "update_strategy": _strategy(given)}
    return _command("text_to_speech", "configure", **asked)


def _handed_on(command: str) -> Callable[[Given, CallInfo], Made]:
    """Hands it to the plugin that claims this command where it stands alone."""

    def hand_on(given: Given, _: CallInfo) -> Made:
        action = {"command": command, "parameters": dict(given)}
        return _response("user_defined", user_defined={"vgwAction": action})

    return hand_on


def _transfer(given: Given, _: CallInfo) -> Made:
    target = {"sip": {"uri": _text(given.get("transferTarget"))}}
    return _response("connect_to_agent", transfer_info={"target": target})


def _exclude_from_cache(_: Given, call: CallInfo) -> Made:
    call.state[UNCACHED] = True
    return []


def _refused(why: str) -> Callable[[Given, CallInfo], Made]:
    return lambda _, __: Remark(why)


def _ignored(_: Given, __: CallInfo) -> Made:
    return []


COMMANDS: Mapping[str, Callable[[Given, CallInfo], Made]] = {
    "vgwActPlayText": _play_text,
    "vgwActPlayUrl": _play_url,
    "vgwActHangup": _action(EndCall()),
    "vgwActForceNoInputTurn": _action(ForceTurn(NO_INPUT_TURN)),
    "vgwActSendSMS": _action(ForceTurn("vgwSMSFailed")),
    "vgwActSetSTTConfig": _recognition,
    "vgwActSetTTSConfig": _synthesis,
    "vgwActCollectDTMF": _collect,
    "vgwActSendDTMF": _send,
    "vgwActPauseDTMF": _activity("stop_activities", "dtmf_collection"),
    "vgwActUnPauseDTMF": _activity("start_activities", "dtmf_collection"),
    "vgwActPauseSTT": _activity("stop_activities", "speech_to_text_recognition"),
    "vgwActUnPauseSTT": _activity("start_activities", "speech_to_text_recognition"),
    "vgwActDisableSTTDuringPlayback": _switch("text_to_speech", "disable_barge_in"),
    "vgwActEnableSTTDuringPlayback": _switch("text_to_speech", "enable_barge_in"),
    "vgwActDisableSpeechBargeIn": _switch("text_to_speech", "disable_barge_in"),
    "vgwActEnableSpeechBargeIn": _switch("text_to_speech", "enable_barge_in"),
    "vgwActDisableDTMFBargeIn": _switch("dtmf", "disable_barge_in"),
    "vgwActEnableDTMFBargeIn": _switch("dtmf", "enable_barge_in"),
    "vgwActSetOptionsConfig": _handed_on("vgwActSetOptionsConfig"),
    "vgwActSetDisambiguationConfig": _handed_on("vgwActSetDisambiguationConfig"),
    "vgwActTransfer": _transfer,
    "vgwActExcludeFromTTSCache": _exclude_from_cache,
    "vgwActSendSIPInfo": _ignored,
    "vgwActAddCustomCDRData": _annotate,
    "vgwActEnableTranscriptionReport": _ignored,
    "vgwActDisableTranscriptionReport": _ignored,
    "vgwActSetWVAConfig": _ignored,
    "vgwActSetTenantType": _ignored,
    "vgwActSetConversationConfig": _refused("vgwActSetConversationConfig: an assistant cannot name another"),
}
"""What each command becomes, kept as data."""

BY_NAME = {name.lower(): name for name in COMMANDS}


def perform(command: Command, call: CallInfo) -> Iterable[Part]:
    known = BY_NAME.get(command.name.lower())
    if known is None:
        return [Remark(f"user_defined: there is no command {command.name[:40]!r}")]
    made = COMMANDS[known](command.given, call)
    # a response can be iterated over too, and is one all the same
    return made if isinstance(made, list | Iterator) else [made]
