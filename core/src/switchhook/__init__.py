"""Answers phone calls for voice bots. These are the public names; a plugin imports nothing else of core.

They are imported when first used, so that the command line starts without what it does not need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .contract.actions import Action as Action
    from .contract.actions import Annotate as Annotate
    from .contract.actions import Choice as Choice
    from .contract.actions import CollectDigits as CollectDigits
    from .contract.actions import ConfigureRecognition as ConfigureRecognition
    from .contract.actions import ConfigureSynthesis as ConfigureSynthesis
    from .contract.actions import EndCall as EndCall
    from .contract.actions import ForceTurn as ForceTurn
    from .contract.actions import HandOver as HandOver
    from .contract.actions import Offer as Offer
    from .contract.actions import Play as Play
    from .contract.actions import Remark as Remark
    from .contract.actions import Say as Say
    from .contract.actions import SetBargeIn as SetBargeIn
    from .contract.actions import SetCallerAudio as SetCallerAudio
    from .contract.actions import SetLanguage as SetLanguage
    from .contract.actions import SetListening as SetListening
    from .contract.actions import SetVariables as SetVariables
    from .contract.actions import Strategy as Strategy
    from .contract.assistant import Assistant as Assistant
    from .contract.assistant import Conversation as Conversation
    from .contract.assistant import Interruptible as Interruptible
    from .contract.assistant import Reply as Reply
    from .contract.assistant import ReplyContext as ReplyContext
    from .contract.assistant import Turn as Turn
    from .contract.audio import AudioFormat as AudioFormat
    from .contract.audio import Codec as Codec
    from .contract.audio import Tap as Tap
    from .contract.audio import wav_file as wav_file
    from .contract.bucket import TokenBucket as TokenBucket
    from .contract.caller import CallerAct as CallerAct
    from .contract.caller import CallerLine as CallerLine
    from .contract.caller import CallerMind as CallerMind
    from .contract.caller import CallerPlan as CallerPlan
    from .contract.caller import PlacedCall as PlacedCall
    from .contract.caller import SimulatedCaller as SimulatedCaller
    from .contract.drivers import Closable as Closable
    from .contract.drivers import FallsBehind as FallsBehind
    from .contract.drivers import KnowsLanguages as KnowsLanguages
    from .contract.drivers import NamesLanguage as NamesLanguage
    from .contract.drivers import Warmable as Warmable
    from .contract.errors import AssistantError as AssistantError
    from .contract.errors import LanguageUnknown as LanguageUnknown
    from .contract.errors import PluginError as PluginError
    from .contract.errors import SettingsError as SettingsError
    from .contract.errors import SinkUnavailable as SinkUnavailable
    from .contract.errors import SpeechError as SpeechError
    from .contract.errors import StartError as StartError
    from .contract.errors import SwitchhookError as SwitchhookError
    from .contract.errors import Unplayable as Unplayable
    from .contract.errors import Unspeakable as Unspeakable
    from .contract.figures import Figure as Figure
    from .contract.findings import AdminPage as AdminPage
    from .contract.findings import Finding as Finding
    from .contract.info import AppInfo as AppInfo
    from .contract.info import CallInfo as CallInfo
    from .contract.languages import language_for as language_for
    from .contract.leg import Busy as Busy
    from .contract.leg import Changeable as Changeable
    from .contract.leg import Closed as Closed
    from .contract.leg import Digit as Digit
    from .contract.leg import Gap as Gap
    from .contract.leg import LanguageChanged as LanguageChanged
    from .contract.leg import Leg as Leg
    from .contract.leg import LegEvent as LegEvent
    from .contract.leg import LegInfo as LegInfo
    from .contract.leg import Outcome as Outcome
    from .contract.leg import Pace as Pace
    from .contract.leg import Paused as Paused
    from .contract.leg import PlaybackFinished as PlaybackFinished
    from .contract.leg import PlaybackStarted as PlaybackStarted
    from .contract.leg import Reception as Reception
    from .contract.leg import Resumed as Resumed
    from .contract.leg import Sink as Sink
    from .contract.leg import TakesSockets as TakesSockets
    from .contract.leg import Transport as Transport
    from .contract.leg import TurnReport as TurnReport
    from .contract.markers import hookimpl as hookimpl
    from .contract.names import check_name as check_name
    from .contract.names import did_you_mean as did_you_mean
    from .contract.names import nearest as nearest
    from .contract.options import FilePath as FilePath
    from .contract.options import Options as Options
    from .contract.options import Seconds as Seconds
    from .contract.options import Table as Table
    from .contract.records import CallRecord as CallRecord
    from .contract.records import TurnRecord as TurnRecord
    from .contract.responses import AudioResponse as AudioResponse
    from .contract.responses import ConnectToAgentResponse as ConnectToAgentResponse
    from .contract.responses import DtmfResponse as DtmfResponse
    from .contract.responses import EndSessionResponse as EndSessionResponse
    from .contract.responses import ImageResponse as ImageResponse
    from .contract.responses import OptionItem as OptionItem
    from .contract.responses import OptionResponse as OptionResponse
    from .contract.responses import Response as Response
    from .contract.responses import SpeechToTextResponse as SpeechToTextResponse
    from .contract.responses import StartActivitiesResponse as StartActivitiesResponse
    from .contract.responses import StopActivitiesResponse as StopActivitiesResponse
    from .contract.responses import TextResponse as TextResponse
    from .contract.responses import TextToSpeechResponse as TextToSpeechResponse
    from .contract.responses import UnknownResponse as UnknownResponse
    from .contract.responses import UserDefinedResponse as UserDefinedResponse
    from .contract.responses import parse_response as parse_response
    from .contract.returned import Actions as Actions
    from .contract.settings import ServerSettings as ServerSettings
    from .contract.settings import Settings as Settings
    from .contract.sinks import RecordSink as RecordSink
    from .contract.sinks import RecordStore as RecordStore
    from .contract.speech import Parameters as Parameters
    from .contract.speech import Recognition as Recognition
    from .contract.speech import SpeechStarted as SpeechStarted
    from .contract.speech import SpeechToText as SpeechToText
    from .contract.speech import TextToSpeech as TextToSpeech
    from .contract.speech import Transcript as Transcript
    from .contract.state import Full as Full
    from .contract.state import State as State
    from .contract.texts import plain_text as plain_text
    from .contract.texts import sentence_ends as sentence_ends
    from .contract.texts import sentences as sentences
    from .contract.visible import visible as visible
    from .plugins.deciding import in_thread as in_thread
    from .plugins.for_tools import choose_recogniser as choose_recogniser
    from .plugins.for_tools import choose_voice as choose_voice
    from .plugins.for_tools import codec_for as codec_for
    from .plugins.for_tools import load_assistant as load_assistant
    from .plugins.for_tools import load_audio as load_audio
    from .plugins.for_tools import load_caller as load_caller
    from .plugins.for_tools import load_recogniser as load_recogniser
    from .plugins.for_tools import load_voice as load_voice
    from .serving.config.configuration import load_settings as load_settings
    from .serving.config.secret_files import Secret as Secret
    from .serving.generations.app import App as App
    from .serving.log.terminal import painted as painted
    from .speakable.authors import Speech as Speech
    from .speakable.authors import to_speech as to_speech
    from .tools.rehearsal import Rehearsal as Rehearsal
    from .virtual.clock import virtual_time as virtual_time

_HOME = {
    "contract.markers": "hookimpl",
    "contract.actions": (
        "Action Annotate Choice CollectDigits ConfigureRecognition ConfigureSynthesis EndCall "
        "ForceTurn HandOver Offer Play Remark Say SetBargeIn SetCallerAudio SetLanguage SetListening "
        "SetVariables Strategy"
    ),
    "serving.generations.app": "App",
    "serving.config.configuration": "load_settings",
    "serving.config.secret_files": "Secret",
    "serving.log.terminal": "painted",
    "contract.assistant": "Assistant Conversation Interruptible Reply ReplyContext Turn",
    "contract.audio": "AudioFormat Codec Tap wav_file",
    "contract.bucket": "TokenBucket",
    "contract.caller": "CallerAct CallerLine CallerMind CallerPlan PlacedCall SimulatedCaller",
    "contract.drivers": "Closable FallsBehind KnowsLanguages NamesLanguage Warmable",
    "contract.figures": "Figure",
    "contract.findings": "AdminPage Finding",
    "contract.errors": (
        "AssistantError LanguageUnknown PluginError SettingsError SinkUnavailable SpeechError StartError "
        "SwitchhookError Unplayable Unspeakable"
    ),
    "contract.info": "AppInfo CallInfo",
    "contract.languages": "language_for",
    "contract.leg": (
        "Busy Changeable Closed Digit Gap LanguageChanged Leg LegEvent LegInfo Outcome Pace Paused "
        "PlaybackFinished PlaybackStarted Reception Resumed Sink TakesSockets Transport TurnReport"
    ),
    "contract.names": "check_name did_you_mean nearest",
    "contract.options": "FilePath Options Seconds Table",
    "contract.records": "CallRecord TurnRecord",
    "contract.responses": (
        "AudioResponse ConnectToAgentResponse DtmfResponse EndSessionResponse ImageResponse "
        "OptionItem OptionResponse Response SpeechToTextResponse StartActivitiesResponse "
        "StopActivitiesResponse TextResponse TextToSpeechResponse UnknownResponse "
        "UserDefinedResponse parse_response"
    ),
    "contract.returned": "Actions",
    "contract.settings": "ServerSettings Settings",
    "contract.sinks": "RecordSink RecordStore",
    "plugins.deciding": "in_thread",
    "plugins.for_tools": (
        "choose_recogniser choose_voice codec_for load_assistant load_audio load_caller load_recogniser "
        "load_voice"
    ),
    "contract.speech": "Parameters Recognition SpeechStarted SpeechToText TextToSpeech Transcript",
    "speakable.authors": "Speech to_speech",
    "contract.state": "Full State",
    "contract.texts": "plain_text sentence_ends sentences",
    "contract.visible": "visible",
    "tools.rehearsal": "Rehearsal",
    "virtual.clock": "virtual_time",
}
_MODULE = {name: module for module, names in _HOME.items() for name in names.split()}
__all__ = list(_MODULE)
_FORMER: dict[str, tuple[str, str]] = {}  # deprecated names: what to use instead, and when they are gone


def __getattr__(name: str) -> Any:
    if name in _FORMER:
        from .contract.deprecation import warn

        instead, gone_in = _FORMER[name]
        warn(f"switchhook.{name}", f"switchhook.{instead}", gone_in)
        name = instead
    if name not in _MODULE:
        raise AttributeError(f"module 'switchhook' has no public name {name!r}")
    return getattr(import_module(f".{_MODULE[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
