"""Every example of the page of contracts runs, one after the other as a reader meets them; so does the testing kit's."""

import inspect
import re
import textwrap
from pathlib import Path

import pytest

from switchhook import testing

PAGE = Path(__file__).parents[2] / "docs/reference/contracts.md"
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    from trio.testing import MockClock

    return "trio", {"clock": MockClock(autojump_threshold=0)}


def named():
    """What the examples define."""
    names = {}
    for text in re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        exec(compile(text, str(PAGE), "exec"), names)
    return names


@pytest.mark.parametrize("name", ["test_the_voice_conforms", "test_the_assistant_counts"])
async def test_a_test_on_the_page_passes(name):
    await named()[name]()


def test_no_test_on_the_page_is_left_out():
    assert [name for name in named() if name.startswith("test_")] == [
        "test_the_voice_conforms",
        "test_the_assistant_counts",
    ]


async def test_the_example_of_the_testing_kit_passes():
    example = re.search(r"\n\n(    async with .*?)\n\n", inspect.getdoc(testing), re.DOTALL)[1]
    names = {name: getattr(testing, name) for name in ("a_call", "MemoryAssistant")}
    exec(f"async def example():\n{textwrap.indent(textwrap.dedent(example), '    ')}", names)
    await names["example"]()
