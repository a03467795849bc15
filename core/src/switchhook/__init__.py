"""Answers phone calls for voice bots. These are the public names; a plugin imports nothing else of core.

They are imported when first used, so that the command line starts without what it does not need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .actions import Action as Action
    from .actions import Actions as Actions
    from .actions import Annotate as Annotate
    from .actions import Choice as Choice
    from .actions import CollectDigits as CollectDigits
    from .actions import ConfigureRecognition as ConfigureRecognition
    from .actions import ConfigureSynthesis as ConfigureSynthesis
    from .actions import EndCall as EndCall
    from .actions import ForceTurn as ForceTurn
    from .actions import HandOver as HandOver
    from .actions import Offer as Offer
    from .actions import Play as Play
    from .actions import Remark as Remark
    from .actions import Say as Say
    from .actions import SetBargeIn as SetBargeIn
    from .actions import SetCallerAudio as SetCallerAudio
    from .actions import SetListening as SetListening
    from .actions import SetVariables as SetVariables
    from .actions import Strategy as Strategy
    from .app import App as App
    from .assistant import Assistant as Assistant
    from .assistant import Conversation as Conversation
    from .assistant import Reply as Reply
    from .assistant import ReplyContext as ReplyContext
    from .assistant import Turn as Turn
    from .audio import AudioFormat as AudioFormat
    from .audio import Codec as Codec
    from .checks import AdminPage as AdminPage
    from .checks import Finding as Finding
    from .errors import AssistantError as AssistantError
    from .errors import LanguageUnknown as LanguageUnknown
    from .errors import PluginError as PluginError
    from .errors import SettingsError as SettingsError
    from .errors import SpeechError as SpeechError
    from .errors import StartError as StartError
    from .errors import SwitchhookError as SwitchhookError
    from .errors import Unspeakable as Unspeakable
    from .info import AppInfo as AppInfo
    from .info import CallInfo as CallInfo
    from .leg import Closed as Closed
    from .leg import Digit as Digit
    from .leg import Gap as Gap
    from .leg import LanguageChanged as LanguageChanged
    from .leg import Leg as Leg
    from .leg import LegEvent as LegEvent
    from .leg import LegInfo as LegInfo
    from .leg import Outcome as Outcome
    from .leg import Pace as Pace
    from .leg import Paused as Paused
    from .leg import PlaybackFinished as PlaybackFinished
    from .leg import PlaybackStarted as PlaybackStarted
    from .leg import Reception as Reception
    from .leg import Resumed as Resumed
    from .leg import Sink as Sink
    from .leg import Transport as Transport
    from .leg import TurnReport as TurnReport
    from .markers import hookimpl as hookimpl
    from .options import FilePath as FilePath
    from .options import Options as Options
    from .options import Seconds as Seconds
    from .options import Secret as Secret
    from .options import Table as Table
    from .records import CallRecord as CallRecord
    from .responses import AudioResponse as AudioResponse
    from .responses import ConnectToAgentResponse as ConnectToAgentResponse
    from .responses import DtmfResponse as DtmfResponse
    from .responses import EndSessionResponse as EndSessionResponse
    from .responses import ImageResponse as ImageResponse
    from .responses import OptionItem as OptionItem
    from .responses import OptionResponse as OptionResponse
    from .responses import Response as Response
    from .responses import SpeechToTextResponse as SpeechToTextResponse
    from .responses import StartActivitiesResponse as StartActivitiesResponse
    from .responses import StopActivitiesResponse as StopActivitiesResponse
    from .responses import TextResponse as TextResponse
    from .responses import TextToSpeechResponse as TextToSpeechResponse
    from .responses import UnknownResponse as UnknownResponse
    from .responses import UserDefinedResponse as UserDefinedResponse
    from .responses import parse_response as parse_response
    from .settings import ServerSettings as ServerSettings
    from .settings import Settings as Settings
    from .settings import load_settings as load_settings
    from .speech import KnowsLanguages as KnowsLanguages
    from .speech import Parameters as Parameters
    from .speech import Recognition as Recognition
    from .speech import SpeechStarted as SpeechStarted
    from .speech import SpeechToText as SpeechToText
    from .speech import TextToSpeech as TextToSpeech
    from .speech import Transcript as Transcript
    from .standalone import codec_for as codec_for
    from .standalone import load_assistant as load_assistant
    from .standalone import load_audio as load_audio
    from .standalone import load_recogniser as load_recogniser
    from .standalone import load_voice as load_voice

_HOME = {
    "markers": "hookimpl",
    "actions": (
        "Action Actions Annotate Choice CollectDigits ConfigureRecognition ConfigureSynthesis EndCall "
        "ForceTurn HandOver Offer Play Remark Say SetBargeIn SetCallerAudio SetListening SetVariables "
        "Strategy"
    ),
    "app": "App",
    "assistant": "Assistant Conversation Reply ReplyContext Turn",
    "audio": "AudioFormat Codec",
    "checks": "AdminPage Finding",
    "errors": (
        "AssistantError LanguageUnknown PluginError SettingsError SpeechError StartError SwitchhookError "
        "Unspeakable"
    ),
    "info": "AppInfo CallInfo",
    "leg": (
        "Closed Digit Gap LanguageChanged Leg LegEvent LegInfo Outcome Pace Paused PlaybackFinished "
        "PlaybackStarted Reception Resumed Sink Transport TurnReport"
    ),
    "options": "FilePath Options Seconds Secret Table",
    "records": "CallRecord",
    "responses": (
        "AudioResponse ConnectToAgentResponse DtmfResponse EndSessionResponse ImageResponse "
        "OptionItem OptionResponse Response SpeechToTextResponse StartActivitiesResponse "
        "StopActivitiesResponse TextResponse TextToSpeechResponse UnknownResponse "
        "UserDefinedResponse parse_response"
    ),
    "settings": "ServerSettings Settings load_settings",
    "standalone": "codec_for load_assistant load_audio load_recogniser load_voice",
    "speech": "KnowsLanguages Parameters Recognition SpeechStarted SpeechToText TextToSpeech Transcript",
}
_MODULE = {name: module for module, names in _HOME.items() for name in names.split()}
__all__ = list(_MODULE)


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module 'switchhook' has no public name {name!r}")
    return getattr(import_module(f".{_MODULE[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
