"""A configuration brought to life: engines, plugin settings, lifespans, what each connector uses."""

from contextlib import asynccontextmanager
from types import ModuleType

import anyio
import pytest

from switchhook import CallInfo, LegInfo, PluginError, SettingsError, StartError, parse_response
from switchhook.call.call import Call
from switchhook.contract.options import Options
from switchhook.contract.settings import Settings
from switchhook.serving.generations.app import App
from switchhook.testing import MemoryLeg

DRIVERS = {
    "transport": """
        from switchhook import hookimpl

        made = []

        @hookimpl
        def create_transport(options, server):
            made.append((dict(options), server.port))
            return object()
        """,
    "assistant": """
        from switchhook import hookimpl
        from switchhook.testing import MemoryAssistant

        @hookimpl
        def create_assistant(options):
            return MemoryAssistant(lambda turn: ["welcome"])
        """,
    "stt": """
        from switchhook import hookimpl
        from switchhook.testing import MemorySpeechToText

        @hookimpl
        def create_stt(options):
            engine = MemorySpeechToText()
            engine.options = dict(options)
            return engine
        """,
    "tts": """
        from switchhook import hookimpl
        from switchhook.testing import MemoryTextToSpeech

        @hookimpl
        def create_tts(options):
            return MemoryTextToSpeech()
        """,
}
HANDLER = """
from switchhook import Say, hookimpl

@hookimpl
def handle_text(response):
    return Say(__name__)
"""
WITH_SETTINGS = """
from switchhook import Seconds, Table, hookimpl

class Settings(Table):
    greeting: str = "hello"
    patience: Seconds = 5.0

@hookimpl
def settings_model():
    return Settings
"""
WITH_LIFESPAN = """
from contextlib import asynccontextmanager
from switchhook import hookimpl

@hookimpl
def lifespan(app):
    return life(app)

@asynccontextmanager
async def life(app):
    app.log.append("enter " + __name__)
    try:
        yield "value of " + __name__
    finally:
        app.log.append("leave " + __name__)

@hookimpl
def call_started(call):
    call.variables["seen"].append(call.plugin)
"""


@pytest.fixture
def engines(site):
    """One plugin for each kind of driver: net, brain, ear and mouth."""
    names = {"transport": "net", "assistant": "brain", "stt": "ear", "tts": "mouth"}
    for group, name in names.items():
        site.add(group, name, DRIVERS[group])
    return site


def connector(**changes):
    chosen = {"assistant": {"use": "brain"}, "stt": {"use": "ear"}, "tts": {"use": "mouth"}}
    return {**chosen, **changes}


def app_of(tmp_path, connectors=None, **tables):
    table = {"transport": {"use": "net"}, "connectors": connectors or {}, **tables}
    app = App(Options(table, place="", base=tmp_path).parse(Settings), tmp_path)
    app.log = []  # type: ignore[attr-defined]
    return app


def refusal(kind, act, *arguments, **named):
    with pytest.raises(kind) as caught:
        act(*arguments, **named)
    return str(caught.value)


def performers(bot, kind="text"):
    """The plugin that answers for a response of that type."""
    answer = bot.hooks.handle(parse_response({"response_type": kind}), CallInfo("1", "support"))
    return answer and answer.plugin


# --- engines


def test_each_connector_gets_its_own_speech_engine(engines, tmp_path):
    engines.add("stt", "hearing_aid", DRIVERS["stt"])
    table = {"a": connector(), "b": connector(stt={"use": "hearing_aid"})}
    equipped = app_of(tmp_path, table).equip()
    assert equipped["a"].recognisers[0] is not equipped["b"].recognisers[0]


@pytest.mark.anyio
async def test_the_callers_of_two_connectors_are_heard_by_their_own_engines(engines, tmp_path):
    engines.add("stt", "hearing_aid", DRIVERS["stt"])
    table = {"a": connector(), "b": connector(stt={"use": "hearing_aid"})}
    equipped = app_of(tmp_path, table).equip()
    async with talking(equipped["a"]) as first, talking(equipped["b"]) as second:
        first.speak(b"\x11" * 160)
        second.speak(b"\x22" * 160)
    heard = [bytes(equipped[name].recognisers[0].driver.opened[0].fed) for name in ("a", "b")]
    assert heard == [b"\x11" * 160, b"\x22" * 160]


@asynccontextmanager
async def talking(bot):
    leg = MemoryLeg(LegInfo(bot.name, bot.name))
    async with anyio.create_task_group() as group:
        group.start_soon(leg.run)
        group.start_soon(Call(leg, bot).run)
        await anyio.sleep(0.1)
        yield leg
        group.cancel_scope.cancel()


def test_equal_options_share_an_engine(engines, tmp_path):
    same = {"use": "ear", "model": "small", "words": ["one", "two"]}
    equipped = app_of(tmp_path, {"a": connector(stt=same), "b": connector(stt=dict(same))}).equip()
    assert equipped["a"].recognisers[0] is equipped["b"].recognisers[0]


def test_other_options_make_another_engine(engines, tmp_path):
    table = {"a": connector(stt={"use": "ear"}), "b": connector(stt={"use": "ear", "model": "large"})}
    equipped = app_of(tmp_path, table).equip()
    assert equipped["a"].recognisers[0] is not equipped["b"].recognisers[0]


def test_an_engine_gets_its_options_without_use(engines, tmp_path):
    equipped = app_of(tmp_path, {"a": connector(stt={"use": "ear", "model": "large"})}).equip()
    assert equipped["a"].recognisers[0].driver.options == {"model": "large"}


def test_a_list_of_engines_is_tried_in_its_order(engines, tmp_path):
    both = [{"use": "ear", "model": "large"}, {"use": "ear", "model": "small"}]
    equipped = app_of(tmp_path, {"a": connector(stt=both)}).equip()
    assert [engine.driver.options["model"] for engine in equipped["a"].recognisers] == ["large", "small"]


def test_a_transport_is_made_once_of_its_options_and_the_server_settings(engines, tmp_path):
    app = app_of(tmp_path, transport={"use": "net", "colour": "red"}, server={"port": 1234})
    app.transport()
    app.transport()
    assert app.plugins.loaded["transport/net"].module.made == [({"colour": "red"}, 1234)]


def test_wrong_options_are_refused_with_their_place(engines, tmp_path):
    source = """
    from switchhook import Table, hookimpl

    class Ear(Table):
        model: str = ""

    @hookimpl
    def create_stt(options):
        return options.parse(Ear)
    """
    engines.add("stt", "strict", source)
    app = app_of(tmp_path, {"a": connector(stt={"use": "strict", "modle": "large"})})
    assert refusal(SettingsError, app.equip) == ("connectors.a.stt.modle: unknown key; did you mean 'model'?")


def test_a_driver_without_its_hook_is_refused(engines, tmp_path):
    engines.add("stt", "deaf", HANDLER)
    app = app_of(tmp_path, {"a": connector(stt={"use": "deaf"})})
    assert (
        refusal(PluginError, app.equip)
        == "plugin stt/deaf (from acme-deaf), hook create_stt: has no create_stt"
    )


@pytest.mark.parametrize("languages", ["'en-US'", "[7]", "3"])
def test_an_engine_whose_languages_are_no_list_of_tags_is_refused(engines, tmp_path, languages):
    source = "from switchhook import hookimpl\nclass Deaf: languages = {}\n@hookimpl\ndef create_stt(): return Deaf()\n"
    engines.add("stt", "deaf", source.format(languages))
    app = app_of(tmp_path, {"a": connector(stt={"use": "deaf"})})
    assert "`languages` are none; return an engine with a list of language tags" in refusal(
        PluginError, app.equip
    )


def test_a_driver_that_makes_nothing_is_refused(engines, tmp_path):
    engines.add("stt", "deaf", "from switchhook import hookimpl\n@hookimpl\ndef create_stt(): pass\n")
    app = app_of(tmp_path, {"a": connector(stt={"use": "deaf"})})
    assert (
        refusal(PluginError, app.equip) == "plugin stt/deaf (from acme-deaf), hook create_stt: returned None"
    )


def test_a_driver_that_raises_stops_the_start_by_its_name(engines, tmp_path):
    engines.add("stt", "deaf", "from switchhook import hookimpl\n@hookimpl\ndef create_stt(): return 1 / 0\n")
    app = app_of(tmp_path, {"a": connector(stt={"use": "deaf"})})
    message = refusal(StartError, app.equip)
    assert message.startswith("plugin stt/deaf (from acme-deaf), hook create_stt: ZeroDivisionError at ")


@pytest.mark.parametrize(("kind", "place"), [("StartError", ""), ("SettingsError", "connectors.a.stt: ")])
def test_a_driver_that_refuses_is_heard_in_its_own_words(engines, tmp_path, kind, place):
    source = f"""
    from switchhook import {kind}, hookimpl

    @hookimpl
    def create_stt():
        raise {kind}("no model; download it")
    """
    engines.add("stt", "deaf", source)
    app = app_of(tmp_path, {"a": connector(stt={"use": "deaf"})})
    assert refusal((StartError, SettingsError), app.equip) == f"{place}no model; download it"


def test_a_driver_that_is_not_installed_stops_the_start(engines, tmp_path):
    message = refusal(PluginError, app_of, tmp_path, {"a": connector(tts={"use": "trumpet"})})
    assert message.startswith("plugin tts/trumpet: is not installed; installed: mouth")


# --- the tables of plugins


def test_the_table_of_a_plugin_is_read_into_its_model(engines, tmp_path):
    engines.add("responses", "acme", WITH_SETTINGS)
    app = app_of(tmp_path, plugins={"acme": {"greeting": "moin", "patience": "2s"}})
    settings = app.settings_of("acme")
    assert (settings.greeting, settings.patience) == ("moin", 2.0)


def test_without_a_table_a_plugin_has_its_defaults(engines, tmp_path):
    engines.add("responses", "acme", WITH_SETTINGS)
    assert app_of(tmp_path).settings_of("acme").greeting == "hello"


def test_an_unknown_key_of_a_plugin_is_refused_with_place_and_suggestion(engines, tmp_path):
    engines.add("responses", "acme", WITH_SETTINGS)
    message = refusal(SettingsError, app_of, tmp_path, plugins={"acme": {"greting": "moin"}})
    assert message == "plugins.acme.greting: unknown key; did you mean 'greeting'?"


def test_a_plugin_setting_that_is_no_table_is_refused(engines, tmp_path):
    engines.add("responses", "acme", WITH_SETTINGS)
    message = refusal(SettingsError, app_of, tmp_path, plugins={"acme": 7})
    assert message == "plugins.acme: expected a table, got int"


def test_a_table_for_no_plugin_is_refused_with_those_that_take_one(engines, tmp_path):
    engines.add("responses", "acme", WITH_SETTINGS)
    message = refusal(SettingsError, app_of, tmp_path, plugins={"amce": {}})
    assert message == ("plugins.amce: no loaded plugin of that name takes settings; those that do: acme")


def test_a_settings_model_that_is_none_takes_no_table(engines, tmp_path):
    engines.add(
        "responses", "acme", "from switchhook import hookimpl\n@hookimpl\ndef settings_model(): pass\n"
    )
    message = refusal(SettingsError, app_of, tmp_path, plugins={"acme": {}})
    assert message.endswith("those that do: none")


def test_a_settings_model_that_is_none_does_not_stop_the_start(engines, tmp_path):
    engines.add(
        "responses", "acme", "from switchhook import hookimpl\n@hookimpl\ndef settings_model(): pass\n"
    )
    assert "responses/acme" in app_of(tmp_path).plugins.loaded


def test_two_plugins_cannot_read_the_same_table(engines, tmp_path):
    engines.add("responses", "acme", WITH_SETTINGS, distribution="acme")
    engines.add("extension", "acme", WITH_SETTINGS, distribution="acme")
    message = refusal(PluginError, app_of, tmp_path)
    assert message == (
        "plugin extension/acme (from acme), hook settings_model: [plugins.acme] is read by responses/acme already; "
        "let one of them read it, the other calls app.settings_of('acme')"
    )


def test_a_driver_may_have_settings_too(engines, tmp_path):
    engines.add("stt", "acme", WITH_SETTINGS + DRIVERS["stt"].replace("\n        ", "\n"))
    app = app_of(tmp_path, {"a": connector(stt={"use": "acme"})}, plugins={"acme": {"greeting": "moin"}})
    assert app.settings_of("acme").greeting == "moin"


# --- lifespans


@pytest.mark.anyio
async def test_lifespans_are_left_in_reverse_order(engines, tmp_path):
    engines.add("extension", "one", WITH_LIFESPAN)
    engines.add("extension", "two", WITH_LIFESPAN)
    app = app_of(tmp_path)
    async with app.lifespans():
        pass
    entered = [line.removeprefix("enter ") for line in app.log[:2]]
    assert app.log[2:] == [f"leave {name}" for name in reversed(entered)]


@pytest.mark.anyio
async def test_what_a_lifespan_yields_is_the_plugin_of_its_own_hooks(engines, tmp_path):
    engines.add("extension", "acme", WITH_LIFESPAN)
    app = app_of(tmp_path, {"a": connector()})
    call = CallInfo("1", "a", variables={"seen": []})
    async with app.lifespans():
        app.equip()["a"].hooks.tell("call_started", call=call)
    assert call.variables["seen"] == ["value of acme_acme_extension_acme"]


FAILING_LIVES = {
    "while entering": "@asynccontextmanager\nasync def life(app):\n    raise OSError('disk')\n    yield",
    "when asked": "def life(app):\n    raise OSError('disk')",
}


@pytest.mark.anyio
@pytest.mark.parametrize("when", FAILING_LIVES)
async def test_a_lifespan_that_raises_stops_the_start_by_its_name(engines, tmp_path, when):
    head = "from contextlib import asynccontextmanager\nfrom switchhook import hookimpl\n"
    body = "\n@hookimpl\ndef lifespan(app):\n    return life(app)\n"
    engines.add("extension", "acme", head + FAILING_LIVES[when] + body)
    with pytest.raises(StartError) as caught:
        await living(app_of(tmp_path))
    assert str(caught.value).startswith("plugin extension/acme (from acme-acme), hook lifespan: OSError at ")


async def living(app):
    async with app.lifespans():
        pass


@pytest.mark.anyio
async def test_lifespans_that_were_entered_are_left_when_a_later_one_raises(engines, tmp_path):
    engines.add("extension", "zz_first", WITH_LIFESPAN)
    engines.add("extension", "aa_second", WITH_LIFESPAN.replace("yield", "raise OSError\n        yield"))
    app = app_of(tmp_path)
    with pytest.raises(StartError):
        await living(app)
    assert app.log[-1] == "leave acme_zz_first_extension_zz_first"


@pytest.mark.anyio
async def test_a_lifespan_that_is_none_is_nothing_to_do(engines, tmp_path):
    engines.add("extension", "acme", "from switchhook import hookimpl\n@hookimpl\ndef lifespan(): pass\n")
    app = app_of(tmp_path)
    await living(app)
    assert app.plugins.guard.values == {}


# --- the plugins of a connector


def test_a_connector_uses_all_plugins_unless_it_says_otherwise(engines, tmp_path):
    engines.add("responses", "acme", HANDLER)
    assert performers(app_of(tmp_path, {"a": connector()}).equip()["a"]) == "responses/acme"


@pytest.mark.parametrize("name", ["acme", "responses/acme"])
def test_a_connector_can_narrow_its_plugins(engines, tmp_path, name):
    engines.add("responses", "aa_other", HANDLER)
    engines.add("responses", "acme", HANDLER)
    table = {"narrow": connector(plugins=[name]), "wide": connector()}
    equipped = app_of(tmp_path, table).equip()
    assert [performers(equipped[c]) for c in ("narrow", "wide")] == ["responses/acme", "responses/aa_other"]


def test_a_connector_without_plugins_performs_nothing(engines, tmp_path):
    engines.add("responses", "acme", HANDLER)
    assert performers(app_of(tmp_path, {"a": connector(plugins=[])}).equip()["a"]) is None


def test_a_narrowed_connector_keeps_its_codecs(engines, tmp_path):
    source = "from switchhook import hookimpl\n@hookimpl\ndef load_audio(data): return data\n"
    engines.add("codec", "acme", source)
    hooks = app_of(tmp_path, {"a": connector(plugins=[])}).equip()["a"].hooks
    assert anyio.run(hooks.load_audio, b"RIFF", None) == b"RIFF"


def test_a_connector_cannot_name_a_plugin_that_is_not_installed(engines, tmp_path):
    app = app_of(tmp_path, {"a": connector(plugins=["acme"])})
    assert refusal(PluginError, app.equip).startswith("plugin acme: is named in the configuration")


def test_a_connector_brings_language_failure_text_and_mask(engines, tmp_path):
    table = connector(language="de-DE", failure_text="oh", unmask=["digits"])
    bot = app_of(tmp_path, {"a": table}).equip()["a"]
    assert (bot.language, bot.failure_text) == ("de-DE", "oh")
    assert (bot.mask.digits("12"), bot.mask.words("hi")) == ("12", "•••")


def test_plugins_of_the_program_itself_may_be_given(engines, tmp_path):
    """A program that embeds Switchhook holds its own objects beside what is installed."""
    from switchhook.plugins.loader import Plugin, Plugins

    module = ModuleType("mine")
    exec(HANDLER, module.__dict__)
    plugins = Plugins()
    plugins.hold(Plugin("responses/mine", "program", "1", module))
    table = {"transport": {"use": "net"}, "connectors": {"a": connector()}}
    app = App(Options(table, place="", base=tmp_path).parse(Settings), tmp_path, plugins)
    assert performers(app.equip()["a"]) == "responses/mine"


RAISING_WHEN_LEFT = """
    from contextlib import asynccontextmanager
    from switchhook import hookimpl

    @asynccontextmanager
    async def life():
        yield
        raise OSError("pin 4711")

    @hookimpl
    def lifespan(app):
        return life()
    """
FAILING_TASK = """
    from contextlib import asynccontextmanager
    import anyio
    from switchhook import hookimpl

    async def work():
        await anyio.sleep(1)
        raise OSError("disk")

    @asynccontextmanager
    async def life():
        async with anyio.create_task_group() as group:
            group.start_soon(work)
            yield

    @hookimpl
    def lifespan(app):
        return life()
    """


@pytest.mark.anyio
async def test_a_lifespan_that_raises_when_left_does_not_keep_the_others(engines, tmp_path, caplog):
    engines.add("extension", "one", WITH_LIFESPAN)
    engines.add("extension", "two", RAISING_WHEN_LEFT)
    app = app_of(tmp_path)
    async with app.lifespans():
        pass
    assert app.log[-1].startswith("leave ")
    assert "extension/two" in caplog.text
    assert "4711" not in caplog.text


@pytest.mark.anyio
async def test_a_task_of_a_lifespan_that_fails_is_the_error_that_is_seen(engines, tmp_path):
    engines.add("extension", "acme", FAILING_TASK)
    app = app_of(tmp_path)
    with pytest.raises(ExceptionGroup) as caught:
        async with app.lifespans():
            await anyio.sleep(10)
    assert str(caught.value.exceptions[0]) == "disk"


CLOSABLE = """
from switchhook import hookimpl

class Engine:
    closed = 0

    async def aclose(self):
        self.closed += 1
        raise ZeroDivisionError("pin 1234")

@hookimpl
def create_stt():
    return Engine()
"""


@pytest.mark.anyio
async def test_an_engine_that_can_be_closed_is_closed_at_the_end(engines, tmp_path, caplog):
    engines.add("stt", "tidy", CLOSABLE)
    app = app_of(tmp_path, {"a": connector(stt={"use": "tidy"})})
    [engine] = app.equip()["a"].recognisers
    async with app.lifespans():
        assert engine.driver.closed == 0
    assert engine.driver.closed == 1
    assert "stt tidy, when closed: ZeroDivisionError" in caplog.text
    assert "1234" not in caplog.text


MANAGED = """
from switchhook import hookimpl

class Engine:
    did = ()

    async def __aenter__(self):
        self.did += ("entered",)

    async def __aexit__(self, *_):
        self.did += ("left",)
        raise ZeroDivisionError("pin 1234")

@hookimpl
def create_stt():
    return Engine()
"""


@pytest.mark.anyio
async def test_an_engine_that_is_a_context_manager_is_entered_once_around_all_calls(
    engines, tmp_path, caplog
):
    engines.add("stt", "tidy", MANAGED)
    both = {"a": connector(stt={"use": "tidy"}), "b": connector(stt={"use": "tidy"})}
    app = app_of(tmp_path, both)
    [engine] = app.equip()["a"].recognisers
    async with app.lifespans():
        assert engine.driver.did == ("entered",)
    assert engine.driver.did == ("entered", "left")
    assert "stt tidy, when closed: ZeroDivisionError" in caplog.text
    assert "1234" not in caplog.text


@pytest.mark.anyio
async def test_an_engine_that_cannot_be_entered_stops_the_start_by_its_name(engines, tmp_path):
    failing = MANAGED.replace('self.did += ("entered",)', 'raise ZeroDivisionError("pin 1234")')
    engines.add("stt", "tidy", failing)
    app = app_of(tmp_path, {"a": connector(stt={"use": "tidy"})})
    app.equip()
    with pytest.raises(StartError) as caught:
        async with app.lifespans():
            pass
    assert str(caught.value).startswith("stt tidy, when entered: ZeroDivisionError")
    assert "1234" not in str(caught.value)


# --- further languages


def test_a_language_has_the_engines_and_texts_of_its_table_and_else_those_above(engines, tmp_path):
    spanish = {
        "stt": {"use": "ear", "model": "es"},
        "failure_text": "ay",
        "waiting": {"text": "espere"},
        "prompts": ["hola"],
    }
    made = app_of(tmp_path, {"a": connector(languages={"es": spanish})}).equip()["a"]
    own, tongue = made.tongues
    assert (own.language, tongue.language, tongue.voices) == ("en-US", "es", own.voices)
    assert tongue.recognisers[0].driver.options == {"model": "es"}
    assert own.recognisers[0].driver.options == {}
    assert (tongue.texts, tongue.prompts) == (("ay", "espere"), ("hola",))


def test_languages_with_equal_tables_share_an_engine(engines, tmp_path):
    same = {"stt": {"use": "ear", "model": "m"}}
    made = app_of(tmp_path, {"a": connector(languages={"es": same, "fr": same})}).equip()["a"]
    assert made.further[0].recognisers == made.further[1].recognisers
    assert len(made.engines) == 4


def test_an_engine_of_a_language_that_is_not_installed_stops_the_start(engines, tmp_path):
    table = connector(languages={"es": {"tts": {"use": "boca"}}})
    assert "boca" in refusal(PluginError, app_of, tmp_path, {"a": table})


# --- plugins that are a file each


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "plugins").mkdir(mode=0o755)

    def add(name, source):
        file = tmp_path / "plugins" / name
        file.write_text(source)
        file.chmod(0o644)

    return add


def test_a_file_handles_the_responses_of_every_connector(engines, folder, tmp_path):
    engines.add("responses", "acme", HANDLER)
    folder("hello.py", HANDLER)
    app = app_of(tmp_path, {"support": connector()}, plugins={"path": "plugins"})
    assert performers(app.equip()["support"]) == "plugins/hello.py"


def test_a_connector_may_leave_a_file_out_or_name_it(engines, folder, tmp_path):
    engines.add("responses", "acme", HANDLER)
    folder("hello.py", HANDLER)
    connectors = {"a": connector(plugins=["acme"]), "b": connector(plugins=["hello"])}
    bots = app_of(tmp_path, connectors, plugins={"path": "plugins"}).equip()
    assert [performers(bots[name]) for name in "ab"] == ["responses/acme", "plugins/hello.py"]


def test_a_file_may_have_settings(engines, folder, tmp_path):
    folder("hello.py", WITH_SETTINGS)
    app = app_of(tmp_path, plugins={"path": "plugins", "hello": {"greeting": "Good day"}})
    assert app.settings_of("hello").greeting == "Good day"


def test_a_file_is_no_driver_whatever_its_folder_is_called(engines, folder, tmp_path):
    folder("hello.py", HANDLER)
    (tmp_path / "plugins").rename(tmp_path / "stt")
    app = app_of(tmp_path, {"support": connector()}, plugins={"path": "stt"})
    assert app.drivers == ["assistant/brain", "stt/ear", "tts/mouth"]


def test_files_are_off_unless_their_folder_is_named(engines, folder, tmp_path):
    folder("hello.py", "raise KeyboardInterrupt")
    assert not [name for name in app_of(tmp_path).plugins.loaded if "hello" in name]


MEASURING = """
from switchhook import Figure, hookimpl

@hookimpl
def figures():
    return [Figure("parked", "level", "Calls that are parked", ())]
"""


def test_who_knows_the_first_reading_knows_the_figures_of_a_plugin_that_comes_later(engines, tmp_path):
    engines.add("extension", "parking", MEASURING)
    first = app_of(tmp_path, plugins={"exclude": ["parking"]})
    known = first.figures
    assert "parked" not in known
    settings = Options({"transport": {"use": "net"}}, place="", base=tmp_path).parse(Settings)
    App(settings, tmp_path, before=first)
    assert known["parked"].kind == "level"
