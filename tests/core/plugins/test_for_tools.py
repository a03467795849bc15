"""What installed plugins do for a program that answers no calls."""

import pytest

from switchhook import (
    AudioFormat,
    PluginError,
    choose_recogniser,
    choose_voice,
    codec_for,
    language_for,
    load_assistant,
    load_audio,
    load_recogniser,
    load_voice,
)
from switchhook.plugins import for_tools

ENGINE = """
from switchhook import hookimpl

@hookimpl
def create_{group}(options):
    return ("{name}", dict(options))
"""
CODEC = """
from switchhook import hookimpl

@hookimpl
def create_codec(audio):
    return "codec of " + audio.encoding if audio.encoding == "PCMU" else None

@hookimpl
def load_audio(data, audio):
    return data[4:] if data.startswith(b"RIFF") else None
"""


@pytest.fixture(autouse=True)
def _nothing_loaded_yet():
    for_tools._plugins.cache_clear()
    yield
    for_tools._plugins.cache_clear()


def add_engines(site, group, *names):
    for name in names:
        site.add(group, name, ENGINE.format(group=group, name=name))


def test_a_voice_is_loaded_by_name(site):
    add_engines(site, "tts", "alto", "bass")
    assert load_voice("bass", {"speed": 2}) == ("bass", {"speed": 2})


def test_a_recogniser_is_loaded_by_name(site):
    add_engines(site, "stt", "left", "right")
    assert load_recogniser("right") == ("right", {})


def test_without_a_name_the_first_one_is_loaded(site):
    add_engines(site, "tts", "bass", "alto")
    assert load_voice() == ("alto", {})


def test_an_engine_that_was_loaded_does_not_answer_for_another(site):
    add_engines(site, "tts", "alto", "bass")
    load_voice("bass")
    assert load_voice("alto") == ("alto", {})


@pytest.mark.parametrize("load", [load_voice, load_recogniser])
def test_without_an_engine_the_way_out_is_said(site, load):
    with pytest.raises(PluginError, match=r"none is installed; pip install 'switchhook\[offline\]'"):
        load()


def test_an_engine_that_is_not_installed_is_refused(site):
    with pytest.raises(PluginError, match="plugin tts/bass: is not installed; installed: none"):
        load_voice("bass")


@pytest.mark.parametrize("hook", ["create_tts", "create_stt"])
def test_a_plugin_that_makes_no_engine_is_refused(site, hook):
    site.add("tts", "bass", f"from switchhook import hookimpl\n@hookimpl\ndef {hook}(): return None\n")
    with pytest.raises(
        PluginError, match=r"plugin tts/bass \(from acme-bass\), hook create_tts: made no engine"
    ):
        load_voice("bass")


def test_a_coding_has_its_codec(site):
    site.add("codec", "acme", CODEC)
    assert codec_for(AudioFormat("PCMU")) == "codec of PCMU"


def test_a_coding_that_nobody_knows_is_refused(site):
    site.add("codec", "acme", CODEC)
    with pytest.raises(PluginError, match="no plugin codes PCMA; pip install switchhook-codecs"):
        codec_for(AudioFormat("PCMA"))


def test_a_file_is_read_in_the_format_of_the_line(site):
    site.add("codec", "acme", CODEC)
    assert load_audio(b"RIFFabc", AudioFormat()) == b"abc"


def test_a_file_that_nobody_reads_is_refused(site):
    with pytest.raises(
        PluginError, match="no installed plugin reads this sound file; pip install switchhook-codecs"
    ):
        load_audio(b"ID3", AudioFormat())


def test_an_assistant_is_loaded_by_its_name(site):
    site.add(
        "assistant",
        "acme",
        "from switchhook import hookimpl\n@hookimpl\ndef create_assistant(options): return dict(options)\n",
    )
    assert load_assistant("acme", {"file": "bank.toml"}) == {"file": "bank.toml"}


KNOWING = """
from switchhook import SettingsError, hookimpl

class Voice:
    languages = {languages}

@hookimpl
def create_tts(options):
    if {picky} and not options:
        raise SettingsError("say which")
    return Voice()
"""


def test_without_a_name_the_first_voice_is_loaded_that_says_it_knows_the_language(site):
    add_engines(site, "tts", "alto")
    site.add("tts", "bass", KNOWING.format(languages=["en-US"], picky=False))
    site.add("tts", "falsetto", KNOWING.format(languages=["es-ES"], picky=True))
    site.add("tts", "tenor", KNOWING.format(languages=["es-ES"], picky=False))
    assert load_voice(language="es_us").__class__.__module__.endswith("tenor")
    assert load_voice(language="fr") == ("alto", {})
    assert load_voice("alto", language="es") == ("alto", {})


@pytest.mark.parametrize(
    ("known", "asked", "found"),
    [
        (["en-US", "es-ES"], "es_mx", "es-ES"),
        (["en-US"], "es_mx", "es-MX"),
        ([], "es_mx", "es-MX"),
        ([], "?", "?"),
    ],
)
def test_an_engine_is_asked_for_the_language_that_it_knows(known, asked, found):
    class Voice:
        languages = known

    assert language_for(Voice(), asked) == found


def test_the_voice_that_is_taken_can_be_named(site):
    add_engines(site, "tts", "alto")
    site.add("tts", "tenor", KNOWING.format(languages=["es-ES"], picky=False))
    assert (choose_voice("es-US"), choose_voice("fr"), choose_voice()) == ("tenor", "alto", "alto")


@pytest.mark.parametrize("choose", [choose_voice, choose_recogniser])
def test_where_none_is_installed_none_is_chosen(site, choose):
    with pytest.raises(PluginError, match="none is installed"):
        choose()
