"""A handler that wants another type's handling gives that response, and whoever handles it is asked."""

import logging

import anyio
import pytest

from switchhook import CallInfo, EndCall, Play, Remark, Say, hookimpl, parse_response
from switchhook.call.conversing import performing
from switchhook.call.conversing.performing import Performing
from switchhook.call.dialogue.events import ActionDue, Faulted, NotPerformed
from switchhook.plugins.asking import Hooks
from switchhook.plugins.loader import Plugin, Plugins

pytestmark = pytest.mark.anyio


def text(words):
    return parse_response({"response_type": "text", "text": words})


def audio(source="https://example.com/a.wav"):
    return parse_response({"response_type": "audio", "source": source})


class Texts:
    """Gives for a text what `answer` makes of it; keeps what it was asked."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    @hookimpl
    def handle_text(self, response):
        self.asked.append(response.text)
        return self.answer(response.text)


class Recordings:
    def __init__(self, answer):
        self.answer, self.asked = answer, []

    @hookimpl
    def handle_audio(self, response):
        self.asked.append(response.source)
        return self.answer(response)


class Ends:
    @hookimpl
    def handle_end_session(self, response):
        return EndCall()


def saying(words):
    return Say(words)


async def performed(response, *modules, call=None):
    """What comes of it where these plugins are asked in this order."""
    plugins = Plugins()
    for number, module in reversed(list(enumerate(modules))):
        plugins.hold(Plugin(f"responses/{number}", f"acme{number}", "0", module))
    done = []

    def told(event):
        match event:
            case ActionDue():
                done.append(event.action)
            case Faulted():
                done.append((event.source, event.error))
            case NotPerformed():
                done.append((event.response_type, event.problem))

    hooks = Hooks(plugins, list(plugins.loaded.values()))
    asking = Performing(hooks, call or CallInfo("1", "bank"), told)
    asking.begin()
    await asking.respond(1, 1, response, lambda _place, _by, action: done.append(action))
    return done


async def test_who_handles_the_type_is_asked_in_its_place():
    ends = parse_response({"response_type": "end_session"})
    before_and_after = Texts(lambda words: [Say("a"), ends, Say("b")])
    assert await performed(text("hi"), before_and_after, Ends()) == [Say("a"), EndCall(), Say("b")]


async def test_one_response_is_no_list_of_its_fields():
    assert await performed(text("hi"), Texts(text), Texts(saying)) == [Say("hi")]


async def test_who_gives_a_text_is_not_asked_for_it():
    louder = Texts(lambda words: text(words.upper()))
    assert await performed(text("hi"), louder, Texts(saying)) == [Say("HI")]
    assert louder.asked == ["hi"]


async def test_two_that_give_texts_are_each_asked_once():
    first, second = Texts(lambda words: text(f"{words}1")), Texts(lambda words: text(f"{words}2"))
    assert await performed(text("hi "), first, second, Texts(saying)) == [Say("hi 12")]


async def test_where_nobody_else_handles_it_that_is_reported():
    assert await performed(text("hi"), Texts(text)) == [("text", "no plugin performs it")]


async def test_four_come_one_from_the_other():
    givers = [Texts(text) for _ in range(4)]
    assert await performed(text("hi"), *givers, Texts(saying)) == [Say("hi")]


async def test_a_fifth_is_the_fault_of_who_gave_it():
    givers = [Texts(text) for _ in range(5)]
    [(source, error)] = await performed(text("hi"), *givers, Texts(saying))
    assert source == "responses/4"
    assert error == "gave a response, the 5th that came of another"


async def test_after_a_fifth_the_others_go_on():
    givers = [*(Texts(text) for _ in range(4)), Texts(lambda words: [text(words), Say("on")])]
    assert (await performed(text("hi"), *givers))[-1] == Say("on")


async def test_an_async_generator_may_give_responses():
    async def slowly(words):
        await anyio.sleep(1)
        yield Say("one moment")
        yield text(words)

    assert await performed(text("hi"), Texts(slowly), Texts(saying)) == [Say("one moment"), Say("hi")]


async def test_a_generator_may_give_responses():
    assert await performed(text("hi"), Texts(lambda words: (text(w) for w in "ab")), Texts(saying)) == [
        Say("a"),
        Say("b"),
    ]


async def test_the_time_of_a_given_response_is_not_its_givers():
    async def slowly(words):
        await anyio.sleep(6)
        yield Say(words)

    async def twice(words):
        await anyio.sleep(6)
        yield text(words)
        yield Say("done")

    assert await performed(text("hi"), Texts(twice), Texts(slowly)) == [Say("hi"), Say("done")]


async def test_who_is_slow_himself_is_left():
    async def slowly(words):
        yield text(words)
        await anyio.sleep(performing.HANDLER + 1)
        yield Say("late")

    assert await performed(text("hi"), Texts(slowly), Texts(saying)) == [
        Say("hi"),
        ("responses/0", "took longer than 10 s"),
        ("text", "its handler failed half way"),
    ]


async def test_who_fails_before_anything_is_performed_leaves_it_to_the_next():
    def failing(words):
        raise ValueError(words)
        yield Say(words)

    assert await performed(text("hi"), Texts(failing), Texts(saying)) == [
        ("responses/0", "ValueError"),
        Say("hi"),
    ]


async def test_what_was_begun_is_left_to_nobody_else():
    async def failing(words):
        yield Say("one moment")
        raise ValueError(words)

    assert await performed(text("hi"), Texts(failing), Texts(saying)) == [
        Say("one moment"),
        ("responses/0", "ValueError"),
        ("text", "its handler failed half way"),
    ]


async def test_who_hangs_in_its_place_is_left_and_the_giver_goes_on():
    async def hanging(words):
        await anyio.sleep_forever()
        yield Say(words)

    assert await performed(text("hi"), Texts(lambda words: [text(words), Say("on")]), Texts(hanging)) == [
        ("responses/1", "took longer than 10 s"),
        ("text", "its handlers failed"),
        Say("on"),
    ]


async def test_who_gives_without_end_is_stopped():
    def endless(words):
        while True:
            yield text(words)

    *said, (source, error), unmet = await performed(
        text("hi"), Texts(endless), Texts(lambda words: [Say(words)] * 2)
    )
    assert unmet == ("text", "its handler failed half way")
    assert (len(said), source, error) == (100, "responses/0", "asked for more than 100 actions")


async def test_who_gives_what_says_nothing_without_end_is_stopped():
    def endless(words):
        while True:
            yield text(words)

    assert await performed(text("hi"), Texts(endless), Texts(lambda words: [])) == [
        ("responses/0", "gave more than 100 responses"),
        ("text", "its handlers failed"),
    ]


async def test_a_given_text_is_bounded_as_an_assistants_is():
    done = await performed(text("hi"), Texts(lambda words: text("word " * 5_000)), Texts(saying))
    assert done[0] == Remark("text: longer than 10000 bytes, cut")
    assert len(done[1].text) <= 10_000


async def test_only_final_actions_are_rewritten():
    seen = []

    class Rewriter:
        @hookimpl
        def rewrite_action(self, action):
            seen.append(action)

    await performed(text("hi"), Texts(text), Texts(saying), Rewriter())
    assert seen == [Say("hi")]


async def test_what_is_neither_action_nor_response_is_a_fault():
    class Odd:
        """Neither."""

    assert await performed(text("hi"), Texts(lambda words: [Odd(), Say("on")])) == [
        ("responses/0", "asked for Odd, which is no action"),
        Say("on"),
    ]


# --- a recording where no voice can speak the text


async def test_the_recording_of_a_text_is_what_its_handler_plays():
    said = Texts(lambda words: Say(words, otherwise=audio()))
    playing = Recordings(lambda response: Play(response.source.encode()))
    assert await performed(text("hi"), said, playing) == [
        Say("hi", otherwise=Play(b"https://example.com/a.wav"))
    ]


async def test_the_recording_may_take_its_time():
    async def fetched(response):
        await anyio.sleep(3)
        yield Play(b"wav")

    said = Texts(lambda words: Say(words, otherwise=audio()))
    assert await performed(text("hi"), said, Recordings(fetched)) == [Say("hi", otherwise=Play(b"wav"))]


async def test_without_its_recording_a_text_is_said_all_the_same():
    said = Texts(lambda words: Say(words, otherwise=audio()))
    assert await performed(text("hi"), said, Recordings(lambda response: Remark("not there"))) == [Say("hi")]


async def test_a_rewriter_cannot_ask_for_a_recording():
    class Rewriter:
        @hookimpl
        def rewrite_action(self, action):
            return Say("x", otherwise=audio())

    [(source, error)] = await performed(text("hi"), Texts(saying), Rewriter())
    assert (source, error.startswith("asked for Say with a wrong otherwise")) == ("responses/0", True)


# --- what is left when the next turn is due


async def test_no_handler_that_was_asked_in_its_place_is_waited_for_either(caplog):
    caplog.set_level(logging.WARNING)

    async def hanging(words):
        await anyio.sleep_forever()
        yield Say(words)

    async def giving(words):
        yield text(words)

    plugins = Plugins()
    for name, module in (("b", Texts(hanging)), ("a", Texts(giving))):
        plugins.hold(Plugin(f"responses/{name}", name, "0", module))
    hooks = Hooks(plugins, list(plugins.loaded.values()))
    asking = Performing(hooks, CallInfo("1", "bank"), lambda event: None)
    asking.begin()
    async with anyio.create_task_group() as group:
        group.start_soon(asking.respond, 1, 1, text("hi"), lambda *given: None)
        await anyio.sleep(1)
        asking.abandon()
    assert "was left, as the next turn was due" in caplog.text
