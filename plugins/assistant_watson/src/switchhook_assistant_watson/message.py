"""A turn as a message: what IBM's own phone integration sends, in the form of its v2 API."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from switchhook import CallInfo, Turn
from switchhook_http import object_at
from switchhook_watson import nearest

LONGEST = 2048  # characters of text that the service accepts
VARIABLES, TELEPHONY = "genesys_audio_connector", "voice_telephony"
# Two flags are documented for the input and, elsewhere, for the context, so they are sent in both. The
# service merges contexts: one that is not reset on every turn would hold for ever.
TIMEOUTS = "post_response_timeout_occurred", "final_utterance_timeout_occurred"

SILENCES = {"no_input": "vgwPostResponseTimeout", "no_final": "vgwFinalUtteranceTimeout"}
"""What is sent as the text of a turn in which nothing was said."""

LOCALES = (
    *("en-us", "en-ca", "en-gb", "ar-ar", "cs-cz", "de-de", "es-es", "fr-fr"),
    *("it-it", "ja-jp", "ko-kr", "nl-nl", "pt-br", "zh-cn", "zh-tw"),
)
"""All that `context.global.system.locale` may say (ibm_watson, MessageContextGlobalSystem.LocaleEnum).
Another is refused."""

Json = dict[str, Any]


def input_of(turn: Turn) -> Json:
    """The caller's words, or an option's whole `input`; what is true of this turn only is in
    `integrations.voice_telephony`. IBM's integration does not tell what was heard of an interrupted reply;
    here it is `heard` beside `barge_in_occurred`, and `failed_responses` are those that no plugin performed
    to their end."""
    given = dict(turn.input) if turn.input is not None else {"text": SILENCES.get(turn.kind, turn.text)}
    text = given.get("text", "")
    telephony = flags_of(turn)
    if turn.kind == "speech" and turn.raw:
        telephony["speech_to_text_result"] = dict(turn.raw)
    if turn.heard:
        telephony["heard"] = turn.heard
    if turn.failed:
        telephony["failed_responses"] = [*turn.failed]
    return {
        "message_type": "text",
        **given,
        "text": cleaned(text) if isinstance(text, str) else "",
        "options": {**object_at(given, "options"), "return_context": True},
        "integrations": {**object_at(given, "integrations"), TELEPHONY: telephony},
    }


def flags_of(turn: Turn) -> Json:
    """What is true of this turn only."""
    flags: Json = {
        "is_dtmf": turn.kind == "digits",
        "barge_in_occurred": turn.barged_in,
        "post_response_timeout_occurred": turn.kind == "no_input",
        "final_utterance_timeout_occurred": turn.kind == "no_final",
    }
    return flags if turn.collected is None else {**flags, "dtmf_collection_succeeded": turn.collected}


def cleaned(text: str) -> str:
    """Line breaks and tabs are not accepted, nor is a longer text."""
    return " ".join(text.split())[:LONGEST]


def context_of(turn: Turn, call: CallInfo, *, first: bool) -> Json:
    """What the assistant is told: session variables with every turn, the numbers with the first."""
    telephony: Json = {name: flag for name, flag in flags_of(turn).items() if name in TIMEOUTS}
    system = {"locale": locale} if (locale := nearest(call.language, LOCALES)) else {}
    integrations: Json = {VARIABLES: dict(turn.variables), TELEPHONY: telephony}
    if first:
        telephony["sip_call_id"] = call.conversation_id or call.id
        telephony["assistant_phone_number"] = call.dnis
        telephony["private"] = {"user_phone_number": call.ani}
        user = {"id": call.ani, "phone_number": call.ani}
        integrations["channel"] = {"name": "Phone", "private": {"user": user}}
    return {**({"global": {"system": system}} if system else {}), "integrations": integrations}


def merged(kept: Mapping[str, Any], new: Json) -> Json:
    """What an earlier answer said, and over it what `context_of` says now."""
    before, now = object_at(kept, "integrations"), new["integrations"]
    telephony = {**object_at(before, TELEPHONY), **now[TELEPHONY]}
    made = {**kept, "integrations": {**before, **now, TELEPHONY: telephony}}
    if now_system := object_at(new, "global", "system"):
        system = {**object_at(kept, "global", "system"), **now_system}
        made["global"] = {**object_at(kept, "global"), "system": system}
    return made


def user_of(call: CallInfo, who: str) -> str:
    if who == "caller" and call.ani:
        # as IBM's phone integration does, so that a caller is not counted twice when it is replaced
        return hashlib.md5(call.ani.encode(), usedforsecurity=False).hexdigest()
    return call.conversation_id or call.id
