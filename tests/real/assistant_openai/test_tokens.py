"""Tokens of IBM's IAM, where a service takes them instead of a key."""

import pytest

from switchhook import AssistantError

pytestmark = pytest.mark.anyio


@pytest.fixture
def with_iam(model, assistant):
    """A call to a service that is given tokens for the key."""

    async def made(line, **more):
        line.assistant = assistant(line.emulated, **{"iam_url": line.emulated.iam_url, **more})
        return line

    return made


async def test_a_token_is_fetched_once_for_all_turns(model, with_iam):
    async with model() as line, (await with_iam(line)).call():
        await line.say("one")
        assert await line.say("two") == ["You said two."]
        (token,) = line.emulated.tokens
        assert {asked.headers["authorization"] for asked in line.asked} == {f"Bearer {token}"}
        await line.assistant.aclose()


async def test_a_token_is_there_before_the_first_call(model, with_iam):
    async with model() as line:
        await with_iam(line)
        await line.assistant.warm()
        assert len(line.emulated.tokens) == 1
        await line.assistant.warm()
        assert len(line.emulated.tokens) == 1
        await line.assistant.aclose()


@pytest.mark.parametrize(("lifetime", "tokens"), [(20, 2), (300, 1)])
async def test_a_token_that_is_about_to_expire_is_used_no_more(model, with_iam, lifetime, tokens):
    async with model() as line, (await with_iam(line)).call():
        line.emulated.lifetime = lifetime
        await line.say("one")
        await line.say("two")
        assert len(line.emulated.tokens) == tokens
        await line.assistant.aclose()


async def test_the_next_token_is_fetched_while_the_old_one_is_good(model, with_iam):
    async with model() as line:
        await with_iam(line)
        line.emulated.lifetime = 300
        await line.assistant.warm()
        await line.assistant.warm()
        assert len(line.emulated.tokens) == 2
        await line.assistant.aclose()


async def test_a_token_that_the_service_refuses_is_replaced_for_the_next_turn(model, with_iam):
    async with model() as line, (await with_iam(line)).call():
        await line.say("one")
        line.emulated.tokens.clear()
        with pytest.raises(AssistantError):
            await line.say("two")
        assert await line.say("three") == ["You said three."]
        await line.assistant.aclose()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"api_key": "wrong"}, "could not be found"),
        ({"iam_url": "http://127.0.0.1:9/identity/token"}, "no token"),
    ],
)
async def test_without_a_token_the_reason_is_said(model, with_iam, more, said):
    async with model() as line, (await with_iam(line, **more)).call():
        with pytest.raises(AssistantError, match=said) as caught:
            await line.say("one")
        assert caught.value.reason == "no token"
        assert line.asked == []
        await line.assistant.aclose()
