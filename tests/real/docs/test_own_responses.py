"""The example of a handler that decides in a thread, in a call in real time."""

import anyio
import pytest

from switchhook.testing import a_call

from ...docs.test_own_responses import plugin, user_defined

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("payload", "texts", "left"),
    [({"article": "lamp"}, ["4 left."], []), ({"other": 1}, [], ["no plugin performs it"])],
)
async def test_a_handler_that_blocks_decides_in_a_thread(payload, texts, left):
    async with a_call(user_defined(**payload), plugins=[plugin("stock_of")]) as talk:
        with anyio.fail_after(10):
            while not (talk.tts.texts or talk.call.record_writer.record.not_performed):
                await anyio.sleep(0.01)
        record = talk.call.record_writer.record
        assert talk.tts.texts == texts
        assert [one["problem"] for one in record.not_performed] == left
        assert record.faults == []
