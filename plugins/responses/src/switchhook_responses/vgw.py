"""The commands, each as the response that says the same today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from switchhook import Action, Annotate, CallInfo, EndCall, ForceTurn, Remark, SetBargeIn

from .commands import Parameters, is_true, read
from .option import Lists, configure

NO_INPUT_TURN = "vgwNoInputTurn"
UNCACHED = "uncached"  # in the call's state, until its reply has been performed
Given = Mapping[str, Any]
Response = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text as it was written, and the address of what is played where no voice can speak it, if any."""

    text: str
    source: str


Part = Response | Action | Spoken
Made = Part | list[Part]


def _command(kind: str, command: str, **parameters: Any) -> Response:
    return {"response_type": kind, "command_info": {"type": command, "parameters": parameters}}


def _activity(kind: str, activity: str) -> Callable[[Given, CallInfo], Made]:
    return lambda _, __: {"response_type": kind, "activities": [{"type": activity}]}


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


def _play_text(given: Given, _: CallInfo) -> Made:
    texts = given.get("text")
    source = str(given.get("errAudioURL") or "")
    return [Spoken(str(text), source) for text in (texts if isinstance(texts, list) else [texts]) if text]


def _play_url(given: Given, _: CallInfo) -> Made:
    loop = is_true(given.get("playURLInLoop"))
    options = {"voice_telephony": {"loop": loop}}
    return {"response_type": "audio", "source": str(given.get("url", "")), "channel_options": options}


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


class Doubt(Parameters):
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


def _lists(kind: str) -> Callable[[Given, CallInfo], Made]:
    def set_lists(given: Given, call: CallInfo) -> Made:
        lists = read(Lists, given, f"lists of type {kind}")
        if isinstance(lists, Remark):
            return lists
        configure(call, kind, lists)
        return []

    return set_lists


def _transfer(given: Given, _: CallInfo) -> Made:
    target = {"sip": {"uri": str(given.get("transferTarget", ""))}}
    return {"response_type": "connect_to_agent", "transfer_info": {"target": target}}


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
    "vgwActSetOptionsConfig": _lists("option"),
    "vgwActSetDisambiguationConfig": _lists("suggestion"),
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
"""Kept as data: which command is what."""

BY_NAME = {name.lower(): name for name in COMMANDS}


def perform(name: str, given: Given, call: CallInfo) -> list[Part]:
    known = BY_NAME.get(name.lower())
    if known is None:
        return [Remark(f"user_defined: there is no command {name[:40]!r}")]
    made = COMMANDS[known](given, call)
    return made if isinstance(made, list) else [made]
