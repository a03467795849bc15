"""The check of record sinks passes what holds, and names what does not."""

import pytest

from switchhook.serving.records.file_sink import FilesSink
from switchhook.testing.conformance import ContractBroken, check_record_sink

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"  # threads know nothing of virtual time


class Good:
    """A store in a list that outlives it."""

    def __init__(self, kept):
        self.kept = kept

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    async def put(self, records, /):
        known = {each["record_id"] for each in self.kept}
        self.kept += [each for each in records if each["record_id"] not in known]

    async def records(self, wanted, newest, /):
        found = [each for each in self.kept if not wanted or self.is_of(each, wanted)]
        for each in found if newest is None else found[-newest:]:
            yield each

    async def erase(self, wanted, /):
        before = len(self.kept)
        self.kept[:] = [each for each in self.kept if not self.is_of(each, wanted)]
        return before - len(self.kept)

    @staticmethod
    def is_of(record, wanted):
        return wanted in (record["record_id"], record["id"], record["conversation_id"])


async def broken(cls):
    kept = []
    with pytest.raises(ContractBroken) as raised:
        await check_record_sink(lambda: cls(kept))
    return str(raised.value)


async def test_a_good_store_conforms():
    kept = []
    await check_record_sink(lambda: Good(kept))


async def test_the_files_conform(tmp_path):
    await check_record_sink(lambda: FilesSink(tmp_path))


async def test_a_sink_that_gives_nothing_back_conforms():
    class Post:
        __aenter__, __aexit__ = Good.__aenter__, Good.__aexit__

        async def put(self, records, /):
            pass

    await check_record_sink(Post)


async def test_a_store_that_keeps_a_record_twice_is_named():
    class Twice(Good):
        async def put(self, records, /):
            self.kept += records

    assert "each `record_id` is kept once" in await broken(Twice)


async def test_a_store_that_refuses_what_it_has_is_named():
    class Strict(Good):
        async def put(self, records, /):
            if {each["record_id"] for each in records} & {each["record_id"] for each in self.kept}:
                raise KeyError("there already")
            await super().put(records)

    assert "a record that it has already is taken too" in await broken(Strict)


async def test_a_store_that_refuses_odd_text_is_named():
    class Plain(Good):
        async def put(self, records, /):
            for each in records:
                each["reason"].encode()
            await super().put(records)

    assert "any text that JSON may hold is taken" in await broken(Plain)


async def test_a_store_that_forgets_is_named():
    class Forgetful(Good):
        def __init__(self, _kept):
            super().__init__([])

    assert "entered anew, a store has what it had" in await broken(Forgetful)


async def test_a_store_that_erases_nothing_is_named():
    class Keeping(Good):
        async def erase(self, wanted, /):
            return 1

    assert "what was erased is gone" in await broken(Keeping)


async def test_a_store_that_gives_the_newest_first_is_named():
    class Backwards(Good):
        async def records(self, wanted, newest, /):
            for each in reversed([each async for each in super().records(wanted, newest)]):
                yield each

    assert "the oldest come first" in await broken(Backwards)
