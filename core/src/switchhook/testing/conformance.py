"""What every engine must do, checked in real time: run these on yours.

    @pytest.mark.anyio
    async def test_mine_conforms():
        await check_text_to_speech(create_tts(Options({}, place="tts", base=Path())))

Each raises AssertionError with the sentence of the contract that does not hold.
"""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import anyio.lowlevel

from ..contract.assistant import Assistant, Turn
from ..contract.audio import AudioFormat
from ..contract.info import CallInfo
from ..contract.responses import Response
from ..contract.speech import SpeechStarted, SpeechToText, TextToSpeech, Transcript

PATIENCE = 30.0  # seconds for any one check: an engine may be slow, but not for ever
FRAME = 0.2  # seconds of audio in one call of `feed`


def _hold(holds: object, sentence: str) -> None:
    if not holds:
        raise AssertionError(sentence)


async def check_speech_to_text(engine: SpeechToText, pcm: bytes, rate: int = 8000) -> list[Transcript]:
    """`pcm` holds one utterance and silence after it. Gives the finals, for a look at the words."""
    audio = AudioFormat("PCM", rate)
    heard: list[SpeechStarted | Transcript] = []
    with anyio.fail_after(PATIENCE):
        async with engine.open(audio, "en-US", {"a_parameter_nobody_knows": True}) as recognition:
            size = audio.size(FRAME)
            for start in range(0, len(pcm), size):
                recognition.feed(pcm[start : start + size])
                await anyio.lowlevel.checkpoint()
            recognition.finish()
            heard = [each async for each in recognition]
        recognition.feed(pcm[:size])  # the leg may still deliver audio, which must not matter
    transcripts = [each for each in heard if isinstance(each, Transcript)]
    finals = [each for each in transcripts if each.final]
    _hold(finals, "an utterance has a final, at the latest after finish()")
    _hold(heard[-1] is finals[-1], "no interim comes after the last final")
    _hold(
        all(each.start <= each.end <= audio.seconds(len(pcm)) + 1 for each in finals),
        "times are of audio fed",
    )
    _hold(all(each.text == each.text.strip() for each in transcripts), "texts have no spaces at their ends")
    return finals


async def check_silence(engine: SpeechToText, rate: int = 8000) -> None:
    """Nothing said is nothing heard."""
    audio = AudioFormat("PCM", rate)
    with anyio.fail_after(PATIENCE):
        async with engine.open(audio, "en-US", {}) as recognition:
            for _ in range(10):
                recognition.feed(audio.silence(FRAME))
            recognition.finish()
            texts = [each.text async for each in recognition if isinstance(each, Transcript)]
    _hold(not any(texts), "silence gives no words")


async def check_text_to_speech(
    engine: TextToSpeech, text: str = "One moment, please. I am looking it up."
) -> bytes:
    """Gives the samples."""
    audio = AudioFormat("PCM", 8000)
    _hold(engine.max_bytes >= len(text.encode()), "max_bytes holds a sentence")
    with anyio.fail_after(PATIENCE):
        spoken = b"".join(await _chunks(engine, text, audio))
        _hold(audio.seconds(len(spoken)) > 0.5, "a sentence has a sound")
        _hold(any(spoken), "and that sound is not silence")
        results: list[bytes] = []

        async def speak() -> None:
            results.append(b"".join(await _chunks(engine, text, audio)))

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(speak)
        _hold(len(results) == 3, "several prompts may be spoken at once")
        async with engine.synthesize(text, audio, "en-US", {}) as chunks:
            async for _ in chunks:
                break  # a barge-in: leaving early must be possible
    return spoken


async def _chunks(engine: TextToSpeech, text: str, audio: AudioFormat) -> Sequence[bytes]:
    got: list[bytes] = []
    async with engine.synthesize(text, audio, "en-US", {"a_parameter_nobody_knows": True}) as chunks:
        async for chunk in chunks:
            _hold(len(chunk) % 2 == 0, "chunks are whole samples")
            got.append(chunk)
    return got


async def check_assistant(assistant: Assistant, texts: Sequence[str] = ("hello",)) -> list[list[Response]]:
    """Gives the responses of the greeting turn and of each text."""
    replies: list[list[Response]] = []
    with anyio.fail_after(PATIENCE):
        async with assistant.open(CallInfo("conformance", "test")) as conversation:
            for number, text in enumerate(["", *texts], 1):
                turn = Turn(number, "speech" if text else "start", text, variables={"given": "kept"})
                async with conversation.send(turn) as reply:
                    replies.append([response async for response in reply])
                    variables = reply.context.variables
                _hold(
                    variables is None or variables.get("given") == "kept",
                    "session variables come back merged",
                )
            async with conversation.send(Turn(len(texts) + 2, "speech", "left early")):
                pass  # leaving a reply unread cancels it
    return replies
