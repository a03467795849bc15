"""Emulated services, and IBM's own SDK as their client."""

import ssl
import warnings
from contextlib import asynccontextmanager

import aiohttp
import anyio
import pytest
from ibm_cloud_sdk_core.authenticators import IAMAuthenticator

from switchhook.testing import MemoryAssistant, MemorySpeechToText, MemoryTextToSpeech
from switchhook_testing_watson import emulate

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its docstrings, when they are compiled for the first time
    from ibm_watson import AssistantV2, SpeechToTextV1, TextToSpeechV1


class Sdk:
    """The unmodified SDK, pointed at an emulator, with its certificates verified."""

    def __init__(self, emulated):
        self.emulated = emulated
        self._services = []
        self.ids = {"assistant_id": emulated.assistant_id, "environment_id": emulated.environment_id}

    def set_up(self, service, url=None):
        if url is not None:
            service.set_service_url(url)
        service.set_http_config({"verify": str(self.emulated.ca), "timeout": 5})
        self._services.append(service)
        return service

    def close(self):
        for service in self._services:
            service.http_client.close()

    def authenticator(self, api_key=None):
        return IAMAuthenticator(api_key or self.emulated.api_key, url=self.emulated.iam_url)

    def assistant(self, api_key=None, version="2024-08-25"):
        service = AssistantV2(version=version, authenticator=self.authenticator(api_key))
        return self.set_up(service, self.emulated.assistant_url)

    def speech_to_text(self, authenticator=None):
        service = SpeechToTextV1(authenticator=authenticator or self.authenticator())
        return self.set_up(service, self.emulated.speech_to_text_url)

    def text_to_speech(self, authenticator=None):
        service = TextToSpeechV1(authenticator=authenticator or self.authenticator())
        return self.set_up(service, self.emulated.text_to_speech_url)


@pytest.fixture
def sdk(monkeypatch):
    """The SDK fetches tokens with `requests`, which is told of authorities by a variable."""

    @asynccontextmanager
    async def open_sdk(**engines):
        async with emulate(**engines) as emulated:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(emulated.ca))
            ibm = Sdk(emulated)
            try:
                with anyio.fail_after(15):
                    yield ibm
            finally:
                ibm.close()

    return open_sdk


@pytest.fixture
def answering():
    return MemoryAssistant(lambda turn: [f"you said {turn.text}"] if turn.text else ["welcome"])


@pytest.fixture
def ear():
    return MemorySpeechToText()


@pytest.fixture
def voice():
    return MemoryTextToSpeech(seconds=1.0)


@pytest.fixture
async def house(voice, ear, answering):
    async with emulate(tts=voice, stt=ear, assistant=answering) as emulated:
        context = ssl.create_default_context(cafile=emulated.ca)
        connector = aiohttp.TCPConnector(ssl=context)
        login = {"Authorization": aiohttp.encode_basic_auth("apikey", emulated.api_key)}
        async with aiohttp.ClientSession(connector=connector, headers=login) as client:
            emulated.client = client  # type: ignore[attr-defined]
            with anyio.fail_after(5):
                yield emulated
