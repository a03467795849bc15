"""No regular expression that texts from outside meet takes more than in proportion to their length."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given, settings

import switchhook.call.dialogue.barge_in
import switchhook.call.dialogue.offers
import switchhook.call.record.masking
import switchhook.contract.texts
import switchhook.speakable
import switchhook_assistant_script.digits
import switchhook_assistant_script.matching
import switchhook_assistant_script.variables
import switchhook_chat.telling
import switchhook_embedded.pieces
import switchhook_http.confided
import switchhook_http.events
import switchhook_responses
import switchhook_tts_watson.markup

from ..examples import examples
from .oracle import Matcher
from .texts import STRANGE, long

MODULES = [
    *(switchhook.call.dialogue.barge_in, switchhook.call.dialogue.offers, switchhook.call.record.masking),
    *(switchhook.contract.texts, switchhook_embedded.pieces),
    *(switchhook_chat.telling, switchhook_http.confided),
    *(switchhook_assistant_script.digits, switchhook_assistant_script.matching),
    *(switchhook_assistant_script.variables, switchhook_http.events),
    switchhook_tts_watson.markup,
]
FILES = [
    *(Path(module.__file__) for module in MODULES),
    *sorted(Path(switchhook_responses.__file__).parent.glob("*.py")),
    *sorted(Path(switchhook.speakable.__file__).parent.glob("*.py")),
]
SIZE = 200  # characters


def patterns():
    """With their flags, and the ways in which they are tried."""
    for file in FILES:
        source = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called.startswith("re.") and called != "re.escape" and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]
                flags = re.findall(r"\bre\.([A-Z]+)\b", " ".join(map(ast.unparse, node.args[1:])))  # type: ignore[attr-defined]
                name = source.splitlines()[node.lineno - 1].partition(" = re.")[0]  # type: ignore[attr-defined]
                ways = set(re.findall(rf"\b{name}\.(\w+)\(", source)) if called == "re.compile" else {called}
                yield pytest.param(
                    node.args[0].value,  # type: ignore[attr-defined]
                    sum(re.RegexFlag[flag] for flag in flags),
                    ways,
                    id=f"{file.stem}, line {node.lineno}",  # type: ignore[attr-defined]
                )
    numbers, sentence = switchhook.call.record.masking._NUMBERS, switchhook.contract.texts.SENTENCE
    yield pytest.param(numbers.pattern, numbers.flags, {"sub"}, id="masking, numbers")
    yield pytest.param(sentence.pattern, sentence.flags, {"finditer"}, id="sentence")
    yield pytest.param(r"[\W_]{0,3}".join("47114711"), 0, {"sub"}, id="masking, a secret")


PATTERNS = list(patterns())


def costs(pattern, flags, ways, strange, size):
    """A pattern that is only tried at one place is tried at the beginning."""
    matcher, text = Matcher(pattern, flags), long(strange, size)
    if ways <= {"match", "fullmatch", "re.match", "re.fullmatch"}:
        matcher.match(text, whole=bool(ways & {"fullmatch", "re.fullmatch"}))
    else:
        matcher.find_all(text)
    return matcher.steps


def is_linear(pattern, flags, ways, strange, size=SIZE):
    """Four times the steps for twice the text is quadratic; what grows little by little is not."""
    twice = costs(pattern, flags, ways, strange, 2 * size)
    return twice <= 2.5 * costs(pattern, flags, ways, strange, size) + 3 * size


@pytest.mark.parametrize(("pattern", "flags", "ways"), PATTERNS)
@settings(max_examples=examples(60), deadline=None)
@given(strange=STRANGE)
def test_each_takes_twice_the_steps_for_twice_the_text(pattern, flags, ways, strange):
    assert is_linear(pattern, flags, ways, strange)


@pytest.mark.parametrize(
    ("pattern", "flags", "strange"),
    [
        (r"[*_#`~\[\\&>]|^\s*[-+=]", re.MULTILINE, ("a", "\n", "a")),
        (r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL, ("", "<!--", "")),
        (r"</?[a-zA-Z][^<>]*>|<\?.*?\?>", re.DOTALL, ("", "<?", "")),
        (r"\$\{\s*([^{}]*?)\s*\}", 0, ("${", " ", "a")),
        (r"[ \t]++(?=[.,])|[ \t](?=[ \t])", 0, ("", " ", "a")),
    ],
)
def test_the_count_finds_those_that_take_more(pattern, flags, strange):
    assert not is_linear(pattern, flags, {"sub"}, strange, 60)


def test_the_count_finds_those_that_never_end():
    few, more = (costs("(?:a|aa)+b", 0, {"sub"}, ("", "a", ""), size) for size in (12, 16))
    assert more > 4 * few


@settings(max_examples=examples(20), deadline=None)
@given(strange=STRANGE)
@pytest.mark.parametrize(("pattern", "flags", "ways"), PATTERNS)
def test_the_count_is_of_what_the_engine_finds(pattern, flags, ways, strange):
    text = long(strange, 30)
    found = [match.span() for match in re.finditer(pattern, text, flags)]
    places = Matcher(pattern, flags).find_all(text)
    assert [place for place in places if place[0] != place[1]] == [
        each for each in found if each[0] != each[1]
    ]
