import gc
import stat

import anyio
import pytest

from switchhook import AudioFormat, SpeechError
from switchhook.call.prompt_cache.cache import LONGEST, PATIENCE, Prompt, PromptCache
from switchhook.call.prompt_cache.disk import FOLDER
from switchhook.testing import MemoryAssistant, MemoryTextToSpeech
from switchhook.testing.talk import a_call

pytestmark = pytest.mark.anyio


def prompt(text="hello", **changes):
    return Prompt(**{"engine": "v", "text": text, "audio": AudioFormat(), "language": "en-US", **changes})


def cache_of(directory=None, memory=1_000_000, disk=1_000_000):
    return PromptCache(directory, memory=memory, disk=disk)


async def heard(cache, engine, asked):
    async with cache.speak(engine, asked) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def test_what_was_spoken_once_is_not_spoken_again():
    engine, cache = MemoryTextToSpeech(), cache_of()
    async with cache.running():
        assert await heard(cache, engine, prompt()) == await heard(cache, engine, prompt())
    assert len(engine.parameters) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "hullo"},
        {"engine": "w"},
        {"language": "en-GB"},
        {"audio": AudioFormat("PCM", 8000)},
        {"parameters": {"voice": "other"}},
    ],
    ids=str,
)
async def test_whatever_changes_its_sound_makes_another_prompt(changes):
    engine, cache = MemoryTextToSpeech(), cache_of()
    async with cache.running():
        await heard(cache, engine, prompt())
        await heard(cache, engine, prompt(**changes))
    assert len(engine.parameters) == 2


async def test_calls_that_ask_at_once_share_one_synthesis():
    engine, cache = MemoryTextToSpeech(delay=1.0), cache_of()
    got = []

    async def ask():
        got.append(await heard(cache, engine, prompt()))

    async with cache.running(), anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(ask)
    assert (len(engine.parameters), len(set(got)), len(got)) == (1, 1, 3)


async def test_the_first_sound_does_not_wait_for_the_last():
    class Slow(MemoryTextToSpeech):
        async def _chunks(self, text, audio):
            yield b"\x01"
            await anyio.sleep(5)
            yield b"\x02"

    cache = cache_of()
    async with cache.running(), cache.speak(Slow(), prompt()) as chunks:
        began = anyio.current_time()
        assert await anext(chunks) == b"\x01"
        assert anyio.current_time() == began


async def test_who_hangs_up_does_not_spoil_the_prompt_for_others():
    engine, cache = MemoryTextToSpeech(delay=1.0), cache_of()
    async with cache.running():
        with anyio.move_on_after(0.5):
            await heard(cache, engine, prompt())
        assert len(await heard(cache, engine, prompt())) == 16_000
    assert len(engine.parameters) == 1


async def test_a_failure_is_told_and_not_kept():
    engine, cache = MemoryTextToSpeech(fail={"hello"}), cache_of()
    async with cache.running():
        for _ in range(2):
            with pytest.raises(SpeechError):
                await heard(cache, engine, prompt())
    assert len(engine.parameters) == 2


async def test_a_prompt_that_never_ends_fails_in_time():
    cache = cache_of()
    async with cache.running():
        began = anyio.current_time()
        with pytest.raises(SpeechError):
            await heard(cache, MemoryTextToSpeech(stall={"hello"}), prompt())
        assert anyio.current_time() - began == pytest.approx(PATIENCE)


async def test_what_was_not_heard_for_longest_makes_room():
    engine, cache = MemoryTextToSpeech(), cache_of(memory=40_000)  # for two prompts
    async with cache.running():
        for text in ("one", "two", "one", "three", "one"):
            await heard(cache, engine, prompt(text))
        assert len(engine.parameters) == 3
        await heard(cache, engine, prompt("two"))
    assert len(engine.parameters) == 4


async def test_what_was_forgotten_takes_no_room():
    engine, cache = MemoryTextToSpeech(), cache_of(memory=40_000)
    async with cache.running():
        for text in ("one", "two"):
            await heard(cache, engine, prompt(text))
            cache.forget(prompt(text))
        for text in ("three", "four", "three"):
            await heard(cache, engine, prompt(text))
    assert len(engine.parameters) == 4


async def test_a_listed_prompt_needs_no_room():
    engine, cache = MemoryTextToSpeech(), cache_of(memory=20_000)
    async with cache.running():
        await cache.keep(engine, prompt("listed"))
        for text in ("one", "two"):
            await heard(cache, engine, prompt(text))
        await heard(cache, engine, prompt("listed"))
    assert len(engine.parameters) == 3


async def test_a_listed_prompt_without_sound_is_tried_again():
    engine, cache = MemoryTextToSpeech(seconds=0.0), cache_of()
    async with cache.running():
        with pytest.raises(SpeechError) as caught:
            await cache.keep(engine, prompt())
        assert caught.value.reason == "no audio came"
        engine.seconds = 1.0
        await cache.keep(engine, prompt())
        assert len(await heard(cache, engine, prompt())) == 8000


async def test_why_a_listed_prompt_could_not_be_made_is_said():
    cache = cache_of()
    async with cache.running():
        with pytest.raises(SpeechError) as caught:
            await cache.keep(MemoryTextToSpeech(fail={"hello"}), prompt())
    assert caught.value.reason == "wanted by the test"


async def test_a_long_text_is_left_to_the_engine():
    cache = cache_of()
    async with cache.running():
        assert cache.takes("a" * LONGEST)
        assert not cache.takes("a" * (LONGEST + 1))


# --- on disk


async def test_a_listed_prompt_outlives_a_restart(tmp_path):
    first, later = cache_of(tmp_path), cache_of(tmp_path)
    async with first.running():
        await first.keep(MemoryTextToSpeech(), prompt())
    down = MemoryTextToSpeech(fail={"hello"})
    async with later.running():
        await later.keep(down, prompt())
        assert len(await heard(later, down, prompt())) == 16_000


async def test_what_is_said_to_one_caller_is_not_written(tmp_path):
    cache = cache_of(tmp_path)
    async with cache.running():
        await heard(cache, MemoryTextToSpeech(), prompt("your balance is 12"))
    assert list(tmp_path.iterdir()) == []


async def test_files_are_for_their_owner_and_tell_nothing_by_their_names(tmp_path):
    cache = cache_of(tmp_path / "prompts")
    async with cache.running():
        await cache.keep(MemoryTextToSpeech(), prompt("hello"))
    [file] = (tmp_path / "prompts" / FOLDER).iterdir()
    assert (stat.S_IMODE(file.stat().st_mode), "hello" in file.name) == (0o600, False)


async def test_the_disk_is_bounded(tmp_path):
    cache = cache_of(tmp_path, disk=40_000)
    async with cache.running():
        for text in ("one", "two", "three"):
            await cache.keep(MemoryTextToSpeech(), prompt(text))
    assert sum(file.stat().st_size for file in (tmp_path / FOLDER).iterdir()) <= 40_000


async def test_a_disk_that_cannot_be_written_costs_the_file_only(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    cache = cache_of(tmp_path / "file")
    async with cache.running():
        await cache.keep(MemoryTextToSpeech(), prompt())
    assert "cannot keep prompts" in caplog.text


async def test_a_prompt_that_is_ready_takes_two_objects_of_those_that_a_search_for_circles_goes_through():
    engine, cache = MemoryTextToSpeech(seconds=0.1), cache_of()
    async with cache.running():
        await heard(cache, engine, prompt("first"))
        gc.collect()
        before = len(gc.get_objects())
        for number in range(100):
            await heard(cache, engine, prompt(f"{number}"))
        engine.parameters.clear()
        gc.collect()
        assert (len(gc.get_objects()) - before) / 100 < 2.5


# --- in a call


async def test_calls_share_what_they_say():
    assistant, tts = (
        MemoryAssistant(lambda turn: ["welcome"] if turn.number == 1 else []),
        MemoryTextToSpeech(),
    )
    cache = cache_of()
    async with cache.running():
        for _ in range(2):
            async with a_call(assistant, tts=tts, cache=cache) as talk:
                await talk.wait(3)
                assert talk.heard() == ["welcome"]
    assert len(tts.parameters) == 1
