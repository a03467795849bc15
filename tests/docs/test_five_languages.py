"""The page of a line in five languages: its configuration is read, and each call has the engines that it says."""

import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from switchhook import Options, load_settings
from switchhook.contract.languages import match
from switchhook_assistant_http.options import HttpOptions
from switchhook_assistant_openai.options import OpenAIOptions
from switchhook_assistant_watson.options import AssistantOptions
from switchhook_tts_hibari.voice import HibariVoice
from switchhook_tts_pico.voice import PicoVoice

PAGE = (Path(__file__).parents[2] / "docs/how-to/five-languages.md").read_text()
CONFIG, SCRIPT = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SCRIPT_LANGUAGES = re.findall(r'set_language = "([\w-]+)"', SCRIPT)
KINDS = ("assistant", "stt", "tts")


@pytest.fixture
def connector(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("BOT_SECRET", "whsec_" + "A" * 32)
    for name in ("welcome.toml", "banco.md", "banca.md"):
        (tmp_path / name).write_text(SCRIPT if name.endswith("toml") else "Be kind.")
    (tmp_path / "switchhook.toml").write_text(CONFIG)
    return load_settings(tmp_path / "switchhook.toml", {}).connectors["support"]


def tables(language=None):
    support = tomllib.loads(CONFIG)["connectors"]["support"]
    told = support if language is None else {**support, **support["languages"][language]}
    return {kind: told[kind] if isinstance(told[kind], list) else [told[kind]] for kind in KINDS}


def test_it_has_five_languages_and_engines_of_several_vendors(connector):
    assert {connector.language, *connector.languages} == {"en-US", "es", "de", "fr", "it"}
    used = {
        table["use"] for language in [None, *connector.languages] for table in tables(language)["assistant"]
    }
    assert used == {"script", "openai", "http", "watson"}


@pytest.mark.parametrize("language", [None, "es", "de", "fr", "it"])
def test_each_engine_that_is_named_is_there(language):
    for kind, engines in tables(language).items():
        installed = {each.name for each in entry_points(group=f"switchhook.{kind}")}
        assert {table["use"] for table in engines} <= installed


def test_voices_of_one_language_speak_the_one_they_are_named_for():
    for language in ("en-US", "es", "de", "fr", "it"):
        named = tables(None if language == "en-US" else language)["tts"]
        for table in named:
            if spoken := {"pico": PicoVoice.languages, "hibari": HibariVoice.languages}.get(table["use"]):
                assert any(each.startswith(language[:2]) for each in spoken)


@pytest.mark.parametrize("asked", SCRIPT_LANGUAGES)
def test_what_the_script_changes_to_is_served(connector, asked):
    assert len(SCRIPT_LANGUAGES) == 4
    assert match(asked, [*connector.languages])


@pytest.mark.parametrize("language", ["es", "de", "fr", "it"])
def test_each_assistant_takes_its_table(connector, tmp_path, language):
    models = {"openai": OpenAIOptions, "http": HttpOptions, "watson": AssistantOptions}
    for table in tables(language)["assistant"]:
        given = {name: value for name, value in table.items() if name != "use"}
        assert Options(given, place="assistant", base=tmp_path).parse(models[table["use"]])
