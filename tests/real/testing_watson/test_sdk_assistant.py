"""IBM's SDK talks to the emulated assistant as it would to the real one."""

import warnings

import anyio
import pytest
from ibm_cloud_sdk_core import ApiException

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its docstrings, when they are compiled for the first time
    from ibm_watson import AssistantV2

pytestmark = pytest.mark.anyio


async def call(function, **named):
    """A blocking call of the SDK; its result."""
    response = await anyio.to_thread.run_sync(lambda: function(**named), abandon_on_cancel=True)
    return response.get_result()


async def test_a_session_is_opened_talked_in_and_deleted(sdk, answering):
    async with sdk(assistant=answering) as ibm:
        assistant = ibm.assistant()
        session = (await call(assistant.create_session, **ibm.ids))["session_id"]
        welcome = await call(assistant.message, **ibm.ids, session_id=session)
        reply = await call(assistant.message, **ibm.ids, session_id=session, input={"text": "hello"})
        await call(assistant.delete_session, **ibm.ids, session_id=session)

        assert welcome["output"]["generic"] == [{"response_type": "text", "text": "welcome"}]
        assert reply["output"]["generic"] == [{"response_type": "text", "text": "you said hello"}]
        assert ibm.emulated.open_sessions == 0


async def test_no_session_is_needed_when_the_client_keeps_the_context(sdk, answering):
    async with sdk(assistant=answering) as ibm:
        assistant = ibm.assistant()
        first = await call(assistant.message_stateless, **ibm.ids)
        second = await call(
            assistant.message_stateless, **ibm.ids, input={"text": "hello"}, context=first["context"]
        )

        assert second["output"]["generic"][0]["text"] == "you said hello"
        assert second["context"]["global"]["system"]["turn_count"] == 2


async def test_an_unknown_session_is_refused_as_ibm_refuses_it(sdk, answering):
    async with sdk(assistant=answering) as ibm:
        with pytest.raises(ApiException) as raised:
            await call(ibm.assistant().message, **ibm.ids, session_id="gone", input={"text": "hello"})

        assert (raised.value.status_code, raised.value.message) == (404, "Invalid Session")
        assert raised.value.global_transaction_id


async def test_a_wrong_key_is_refused_by_iam(sdk, answering):
    async with sdk(assistant=answering) as ibm:
        with pytest.raises(ApiException) as raised:
            await call(ibm.assistant(api_key="wrong").create_session, **ibm.ids)

        assert raised.value.status_code == 400
        assert raised.value.message == "Provided API key could not be found."


async def test_a_reply_is_streamed(sdk, answering):
    async with sdk(assistant=answering) as ibm:
        assistant = ibm.assistant()
        session = (await call(assistant.create_session, **ibm.ids))["session_id"]
        streamed = await call(
            assistant.message_stream, **ibm.ids, session_id=session, input={"text": "hello"}
        )

        assert "event: message" in streamed.text
        assert '"final_response"' in streamed.text


async def test_the_sdk_finds_its_way_by_its_variables(sdk, answering, monkeypatch):
    async with sdk(assistant=answering) as ibm:
        for name, value in ibm.emulated.environ.items():
            monkeypatch.setenv(name, value)
        assistant = ibm.set_up(AssistantV2(version="2024-08-25"))

        assert (await call(assistant.create_session, **ibm.ids))["session_id"]
