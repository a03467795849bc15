"""The command line: finding commands, and what `plugins` and `check` say."""

import gc
import json
import re
import sys
import time

import pytest

import switchhook
from switchhook import StartError
from switchhook.__main__ import main
from switchhook.call.prompt_cache.disk import FOLDER
from switchhook.cli.findings import _shown
from switchhook.cli.serve import ready

COMMAND = '''
"""Greet somebody.

More of it.
"""

def add_arguments(parser):
    parser.add_argument("name")

def run(arguments):
    print(f"moin {arguments.name}")
    return 0
'''
HANDLER = """
from switchhook import hookimpl

@hookimpl
def handle_text(response):
    return None

@hookimpl
def call_ended(record):
    pass
"""
MEMORY = """
from switchhook import hookimpl
from switchhook.testing import MemoryAssistant, MemorySpeechToText, MemoryTextToSpeech
@hookimpl
def {hook}(): return {made}
"""
DRIVERS = {
    (
        "transport",
        "net",
    ): "from switchhook import hookimpl\n@hookimpl\ndef create_transport(): return object()\n",
    ("assistant", "brain"): MEMORY.format(hook="create_assistant", made="MemoryAssistant(lambda turn: [])"),
    ("stt", "ear"): MEMORY.format(hook="create_stt", made="MemorySpeechToText()"),
    ("tts", "mouth"): MEMORY.format(hook="create_tts", made="MemoryTextToSpeech()"),
    ("responses", "text"): "from switchhook import hookimpl\n@hookimpl\ndef handle_text(): return []\n",
}
GOOD = """
[server]
public_url = "wss://voice.example.com/"
[transport]
use = "net"
[connectors.support]
assistant = { use = "brain" }
stt = { use = "ear" }
tts = { use = "mouth" }
[records]
directory = "records"
"""


@pytest.fixture
def run(capsys):
    """Runs one command line: exit status, standard output, standard error."""

    def run(*arguments):
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = ended.code
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


@pytest.fixture(autouse=True)
def _the_port_is_free(monkeypatch):
    """Whatever listens on this machine; that a taken one is found is another test's."""
    monkeypatch.setattr("switchhook.cli.check.taken", lambda host, port: "")


def failing(raising):
    """A command whose run does that."""
    return f'"""Fail."""\ndef add_arguments(parser): pass\ndef run(arguments):\n    {raising}\n'


# --- finding commands


def test_help_lists_the_commands_with_their_summaries(site, run):
    site.add("commands", "greet", COMMAND)
    status, out, _ = run("--help")
    assert status == 0
    assert "  greet          Greet somebody.\n" in out
    assert "  check          Say what is wrong with a configuration, why, and what to do.\n" in out


def test_help_groups_the_commands_and_shows_how_to_begin(run):
    out = run("--help")[1]
    groups = re.findall(r"^(?!usage|options|example)([a-z ]+):\n((?:  \S.*\n)+)", out, re.MULTILINE)
    commands = {name: re.findall(r"^  (\S+)", lines, re.MULTILINE) for name, lines in groups}
    assert commands["answer calls"] == ["check", "plugins", "serve"]
    assert {"connector", "dial", "talk"} <= set(commands["make a bot"])
    assert [*commands][-1] == "more"
    assert "example:\n  switchhook connector new support\n" in out


def test_a_command_stands_in_the_group_that_it_names(site, run):
    site.add("commands", "greet", COMMAND + '\nGROUP = "be polite"\n')
    assert "be polite:\n  greet          Greet somebody.\n" in run("--help")[1]


def test_help_imports_no_command(site, run):
    module = site.add("commands", "greet", COMMAND)
    run("--help")
    assert module not in sys.modules


def test_without_a_command_the_help_is_shown_and_the_status_is_2(site, run):
    status, out, _ = run()
    assert (status, out.splitlines()[0]) == (2, "usage: switchhook [--version] COMMAND …")


@pytest.mark.parametrize("source", ["def", "\xff"])
def test_a_command_that_cannot_be_read_does_not_spoil_the_help(site, run, source):
    module = site.add("commands", "broken")
    (site.root / f"{module}.py").write_bytes(source.encode("latin-1"))
    status, out, _ = run("--help")
    assert (status, "  broken         (cannot be read)\n" in out) == (0, True)


def test_a_command_that_cannot_be_found_does_not_spoil_the_help(site, run):
    site.add("commands", "gone", target="no_such_module_anywhere.command")
    assert "  gone           (cannot be found)\n" in run("--help")[1]


def test_the_version_is_that_of_the_distribution(site, run):
    assert run("--version")[:2] == (0, "switchhook 0.1.0\n")


def test_an_unknown_command_is_refused_with_the_nearest(site, run):
    status, _, err = run("chek")
    assert (status, err) == (2, "switchhook: unknown command 'chek'; did you mean 'check'?\n")


def test_a_command_like_no_other_is_refused_with_the_list(site, run):
    status, _, err = run("zzz")
    assert (status, err) == (
        2,
        (
            "switchhook: unknown command 'zzz'; commands: check, completion, new-plugin, plugins, records, replay, serve, talk, "
            "tune\n"
        ),
    )


def test_an_unknown_command_may_be_of_a_plugin_of_ours_that_is_not_installed(site, run, monkeypatch):
    ours = [
        "anyio>=4",
        "switchhook-flows>=0.1,<0.2; extra == 'flows'",
        "switchhook-here>=0.1; extra == 'here'",
    ]
    monkeypatch.setattr("switchhook.__main__.requires", {"switchhook": ours}.get)
    site.add("commands", "here", distribution="switchhook-here", source="def add_arguments(p): ...")
    assert run("zzz")[2].endswith("; it may be of a plugin that is not installed: switchhook-flows\n")
    assert run("flows")[2].endswith(
        "; it is of a plugin that is not installed: pip install switchhook-flows\n"
    )


# --- running commands


def test_the_command_of_a_plugin_runs_with_its_arguments(site, run):
    site.add("commands", "greet", COMMAND)
    assert run("greet", "Ada") == (0, "moin Ada\n", "")


def test_the_exit_status_is_what_the_command_returns(site, run):
    site.add("commands", "greet", COMMAND.replace("return 0", "return 1"))
    assert run("greet", "Ada")[0] == 1


def test_a_command_explains_itself(site, run):
    site.add("commands", "greet", COMMAND)
    status, out, _ = run("greet", "--help")
    assert (status, out.splitlines()[0]) == (0, "usage: switchhook greet [-h] name")


def test_wrong_arguments_are_status_2(site, run):
    site.add("commands", "greet", COMMAND)
    assert run("greet")[0] == 2


ERRORS = {"SettingsError": 2, "PluginError": 2, "StartError": 1, "SpeechError": 1, "AssistantError": 1}


@pytest.mark.parametrize("kind", ERRORS)
def test_our_own_errors_are_one_line_and_a_status(site, run, kind):
    arguments = '"stt/x", "is wrong"' if kind == "PluginError" else '"plugin stt/x: is wrong"'
    site.add("commands", "fail", failing(f"import switchhook; raise switchhook.{kind}({arguments})"))
    assert run("fail") == (ERRORS[kind], "", "switchhook fail: plugin stt/x: is wrong\n")


@pytest.mark.parametrize("kind", ERRORS)
def test_our_own_errors_in_a_group_are_one_line_too(site, run, kind):
    arguments = '"stt/x", "is wrong"' if kind == "PluginError" else '"plugin stt/x: is wrong"'
    group = f'ExceptionGroup("a", [ExceptionGroup("b", [switchhook.{kind}({arguments})])])'
    site.add("commands", "fail", failing(f"import switchhook; raise {group}"))
    assert run("fail") == (ERRORS[kind], "", "switchhook fail: plugin stt/x: is wrong\n")


@pytest.mark.parametrize("raising", ["1 / 0", 'raise ExceptionGroup("a", [ZeroDivisionError()])'])
def test_an_error_that_is_not_ours_keeps_its_traceback(site, raising):
    site.add("commands", "fail", failing(raising))
    with pytest.raises((ZeroDivisionError, ExceptionGroup)):
        main(["fail"])


def test_a_group_with_another_error_in_it_keeps_its_traceback(site):
    group = 'ExceptionGroup("a", [switchhook.StartError("x"), ZeroDivisionError()])'
    site.add("commands", "fail", failing(f"import switchhook; raise {group}"))
    with pytest.raises(ExceptionGroup):
        main(["fail"])


def test_control_c_is_status_130(site, run):
    site.add("commands", "fail", failing("raise KeyboardInterrupt"))
    assert run("fail")[0] == 130


@pytest.mark.parametrize("source", ["import no_such_module_anywhere", "assert False", "raise SystemExit(0)"])
def test_a_command_whose_import_breaks_is_refused_in_one_line(site, run, source):
    site.add("commands", "broken", source)
    status, _, err = run("broken")
    assert (status, err.count("\n")) == (2, 1)
    assert err.startswith(
        "switchhook broken: plugin commands/broken (from acme-broken): importing acme_broken"
    )


def test_a_command_without_its_functions_is_refused_in_one_line(site, run):
    site.add("commands", "empty", '"""Nothing."""')
    status, _, err = run("empty")
    assert status == 2
    assert err == (
        "switchhook empty: plugin commands/empty (from acme-empty): has no add_arguments and no run; "
        "define add_arguments(parser) and run(arguments)\n"
    )


def test_a_command_claimed_by_two_distributions_is_refused_with_both(site, run):
    site.add("commands", "check", COMMAND, distribution="acme")
    status, _, err = run("check", "Ada")
    assert status == 2
    assert err == (
        "switchhook check: plugin commands/check: is claimed by acme (acme_commands_check) and "
        "switchhook (switchhook.cli.check); uninstall one of them\n"
    )


# --- plugins


def test_plugins_are_a_table_of_name_distribution_version_and_hooks(site, run):
    site.add("responses", "acme", HANDLER, distribution="acme-text", version="4.5")
    status, out, _ = run("plugins")
    lines = [line.split() for line in out.splitlines()]
    assert status == 0
    assert lines[0] == ["PLUGIN", "DISTRIBUTION", "VERSION", "HOOKS"]
    assert ["responses/acme", "acme-text", "4.5", "call_ended,", "handle_text"] in lines


def test_commands_are_among_the_plugins(site, run):
    lines = [line.split() for line in run("plugins")[1].splitlines()]
    assert ["commands/serve", "switchhook", "0.1.0", "-"] in lines


def test_a_plugin_that_failed_is_shown_with_the_reason(site, run):
    site.add("responses", "acme", "assert False")
    status, out, _ = run("plugins")
    assert status == 1
    assert [line.split() for line in out.splitlines() if line.startswith("responses/")] == [
        ["responses/acme", "acme-acme", "FAILED"]
    ]
    assert "plugin responses/acme (from acme-acme): importing " in out


def test_a_plugin_that_failed_does_not_hide_the_others(site, run):
    site.add("responses", "acme", "assert False")
    site.add("stt", "zz", DRIVERS["stt", "ear"])
    assert "create_stt" in run("plugins")[1]


def test_plugins_as_json(site, run):
    site.add("responses", "acme", HANDLER, distribution="acme-text", version="4.5")
    status, out, _ = run("plugins", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert status == 0
    assert rows["responses/acme"] == {
        "name": "responses/acme",
        "group": "switchhook.responses",
        "distribution": "acme-text",
        "version": "4.5",
        "hooks": ["call_ended", "handle_text"],
        "error": None,
    }


def test_a_failure_in_json_is_in_its_row(site, run):
    site.add("responses", "acme", "assert False")
    status, out, _ = run("plugins", "--json")
    errors = {row["name"]: row["error"] for row in json.loads(out)}
    assert status == 1
    assert errors["responses/acme"].startswith("plugin responses/acme (from acme-acme): importing ")


# --- check


@pytest.fixture
def check(site, run, tmp_path):
    """`switchhook check` of a configuration; drivers net, brain, ear and mouth are installed."""
    for (group, name), source in DRIVERS.items():
        site.add(group, name, source)

    def check(text=GOOD, *arguments):
        file = tmp_path / "switchhook.toml"
        file.write_text(text, encoding="utf-8")
        return run("check", "--config", str(file), *arguments)

    return check


def test_a_good_configuration_is_status_0(check):
    status, out, _ = check()
    assert (status, out.splitlines()[-1]) == (0, "nothing stands in the way")


def test_findings_as_json(check):
    status, out, _ = check(GOOD, "--json")
    findings = {each["subject"]: each for each in json.loads(out)}
    assert status == 0
    names = (
        "assistant/brain, record_sink/files, responses/text, state/memory, stt/ear, transport/net, tts/mouth"
    )
    assert findings["plugins"] == {
        "level": "ok",
        "subject": "plugins",
        "text": f"7 loaded and fitting: {names}",
        "cure": "",
    }


def test_an_error_in_json_is_status_1_as_well(site, check):
    source = "from switchhook import StartError, hookimpl\n@hookimpl\ndef create_stt(): raise StartError('no model')\n"
    site.add("stt", "deaf", source)
    status, out, _ = check(GOOD.replace('"ear"', '"deaf"'), "--json")
    errors = [each["text"] for each in json.loads(out) if each["level"] == "error"]
    assert (status, errors) == (1, ["no model"])


def test_check_names_what_is_loaded(check):
    names = (
        "assistant/brain, record_sink/files, responses/text, state/memory, stt/ear, transport/net, tts/mouth"
    )
    assert f"ok     plugins: 7 loaded and fitting: {names}\n" in check()[1]


def test_check_says_of_each_connector_that_it_is_ready(check):
    assert "ok     connectors.support: its assistant and speech engines answer\n" in check()[1]


def test_check_is_status_1_for_an_engine_that_fails(site, check):
    source = "from switchhook import StartError, hookimpl\n@hookimpl\ndef create_stt(): raise StartError('no model')\n"
    site.add("stt", "deaf", source)
    status, out, _ = check(GOOD.replace('"ear"', '"deaf"'))
    assert (status, "FAIL   engines: no model\n" in out) == (1, True)


def test_check_is_status_1_for_an_engine_that_raises_anything(site, check):
    site.add("stt", "deaf", "from switchhook import hookimpl\n@hookimpl\ndef create_stt(): return 1 / 0\n")
    status, out, _ = check(GOOD.replace('"ear"', '"deaf"'))
    assert (status, "FAIL   engines: plugin stt/deaf (from acme-deaf), hook create_stt: Zero" in out) == (
        1,
        True,
    )


@pytest.mark.parametrize("place", ["directory", "spool"])
def test_check_says_where_no_records_can_be_written(check, tmp_path, place):
    (tmp_path / "taken").touch()
    there = {"directory": "records", "spool": "spool", place: "taken"}
    lines = "\n".join(f'{name} = "{folder}"' for name, folder in there.items())
    status, out, _ = check(GOOD.replace('directory = "records"', lines))
    assert status == 1
    assert (
        f"FAIL   records.{place}: cannot write to {tmp_path / 'taken'}, as {tmp_path / 'taken'} is no" in out
    )
    assert out.count("FAIL") == 1


def test_check_is_status_2_for_a_wrong_configuration(check):
    status, out, err = check(GOOD.replace("public_url", "pubic_url"))
    assert (status, out) == (2, "")
    assert err == "switchhook check: server.pubic_url: unknown key; did you mean 'public_url'?\n"


def test_check_is_status_2_for_a_missing_plugin(check):
    assert check(GOOD.replace('"ear"', '"eye"'))[0] == 2


def test_check_is_status_2_for_a_missing_file(site, run):
    status, _, err = run("check", "--config", "nothing.toml")
    assert (status, err) == (
        2,
        (
            "switchhook check: cannot read nothing.toml: No such file or directory; "
            "say --config FILE, or make one with: switchhook connector new NAME\n"
        ),
    )


def test_check_without_a_configuration_is_status_2(site, run):
    assert run("check")[0] == 2


def test_a_configuration_without_connectors_is_status_1(check):
    status, out, _ = check('[transport]\nuse = "net"\n')
    assert status == 1
    assert "FAIL   connectors: there is none, so no call can be answered\n" in out
    assert "       make one: switchhook connector new NAME --config FILE\n" in out


WARNINGS = {
    GOOD.replace("public_url", "host = '127.0.0.1'\n#"): "server.public_url",
    GOOD.replace("[transport]", "host = '0.0.0.0'\n[transport]"): "server.host",
    GOOD.replace("[transport]", "host = 'voice.example.com'\n[transport]"): "server.host",
    GOOD.replace('directory = "records"', ""): "records.directory",
}


@pytest.mark.parametrize("text", WARNINGS)
def test_a_warning_names_its_setting_and_is_no_failure(check, text):
    status, out, _ = check(text)
    assert [line.split()[1] for line in out.splitlines() if line.startswith("warn")] == [f"{WARNINGS[text]}:"]
    assert status == 0


@pytest.mark.parametrize(
    "line",
    [
        "host = '127.0.0.1'",
        "host = 'localhost'",
        "host = '::1'",
        "host = '0.0.0.0'\nproxy = { trusted = [] }",
    ],
)
def test_a_server_that_nobody_reaches_in_the_clear_is_no_warning(check, line):
    assert "warn" not in check(GOOD.replace("[transport]", f"{line}\n[transport]"))[1]


CHECKING = """
from switchhook import Finding, hookimpl

@hookimpl
def check(app):
    return findings(app)

async def findings(app):
    yield Finding("ok", "acme", "reached")
    {then}
"""


SETTINGS = """
from switchhook import Secret, Seconds, Table, hookimpl

class Settings(Table):
    greeting: str = "hello"
    patience: Seconds = 5.0
    key: Secret

@hookimpl
def settings_model():
    return Settings
"""


def test_check_shows_the_settings_of_plugins_and_hides_secrets(site, check):
    site.add("extension", "acme", SETTINGS)
    out = check(GOOD + '\n[plugins.acme]\npatience = "2s"\nkey = "4711"\ngreeting = "\\u001b[2J"\n')[1]
    [line] = [line for line in out.splitlines() if "plugins.acme" in line]
    assert line == (
        "ok     plugins.acme: greeting = '\\x1b[2J', patience = 2.0, key = SecretStr('**********')"
    )


def test_check_says_which_settings_are_defaults(site, check):
    site.add("extension", "acme", SETTINGS.replace(": Secret", ": str = ''"))
    assert (
        "plugins.acme: greeting = 'hello' (default), patience = 5.0 (default), key = '' (default)\n"
        in check()[1]
    )


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://crm.example.com/in?key=word&more=1", "https://crm.example.com/in?…"),
        ("redis://me:word@10.0.0.7/0", "redis://…@10.0.0.7/0"),
        ("https://example.com/a@b", "https://example.com/a@b"),
        ("why? because", "why? because"),
    ],
)
def test_check_shows_addresses_without_what_may_be_a_secret(address, shown):
    assert _shown([address]) == f"['{shown}']"


def test_check_says_what_a_plugin_uses_that_will_go_away(site, check, monkeypatch):
    monkeypatch.setitem(switchhook._FORMER, "Speak", ("Say", "0.3"))
    module = site.add("responses", "acme", "\nfrom switchhook import Speak\n" + HANDLER)
    status, out, _ = check()
    assert (status, "nothing stands in the way of a call, but there is 1 to look at" in out) == (0, True)
    where = f"{site.root / module}.py:2"
    said = "switchhook.Speak is deprecated and will be gone in 0.3: use switchhook.Say"
    assert f"warn   deprecated: {where}: {said}\n       upgrade the plugin" in out


def test_a_plugin_adds_what_it_verifies(site, check):
    site.add(
        "extension", "acme", CHECKING.format(then="yield Finding('error', 'acme', 'no key', 'make one')")
    )
    status, out, _ = check()
    assert status == 1
    assert "ok     acme: reached\nFAIL   acme: no key\n       make one\n1 to mend\n" in out


def test_only_a_public_check_asks_what_can_be_verified_over_the_network(site, check):
    finding = "yield Finding('error', 'acme', 'not reached', 'plug it in')"
    site.add("extension", "acme", CHECKING.replace("def check(", "def check_public(").format(then=finding))
    assert "acme:" not in check()[1]
    status, out, _ = check(GOOD, "--public")
    assert (status, "FAIL   acme: not reached\n       plug it in\n" in out) == (1, True)


STORE = """
from contextlib import asynccontextmanager
from switchhook import hookimpl

@hookimpl
def create_state(options):
    return store()

@asynccontextmanager
async def store():
    raise OSError("no answer")
    yield
"""


def test_a_state_that_cannot_be_reached_is_found(check, site):
    site.add("state", "store", STORE)
    status, out, _ = check(GOOD + '[state]\nuse = "store"\n')
    assert (status, "FAIL   engines: state store, when entered: OSError" in out) == (1, True)


def test_a_setting_that_a_state_does_not_have_is_an_error(check):
    status, _, err = check(GOOD + '[state]\ncolour = "red"\n')
    assert (status, "state.colour: unknown key" in err) == (2, True)


def test_where_nobody_can_try_the_server_from_outside_a_public_check_says_so(site, check):
    assert "from outside" not in check()[1]
    assert (
        "warn   public: no plugin that is loaded tries the server from outside\n"
        in check(GOOD, "--public")[1]
    )


def test_a_plugin_whose_check_raises_does_not_hide_the_others(site, check):
    site.add("extension", "aa", CHECKING.format(then="raise OSError('4111')"))
    site.add("extension", "zz", CHECKING.format(then="yield Finding('ok', 'zz', 'fine')"))
    status, out, _ = check()
    assert status == 1
    assert "FAIL   extension/aa: its check raised OSError at " in out
    assert "ok     zz: fine\n" in out


def test_a_plugin_that_has_nothing_to_verify_returns_none(site, check):
    site.add("extension", "acme", "from switchhook import hookimpl\n@hookimpl\ndef check(app): pass\n")
    assert check()[0] == 0


# --- serve


def test_serve_without_connectors_is_refused(site, run, tmp_path, monkeypatch):
    monkeypatch.setattr("switchhook.serving.log.setup.set_up", lambda form, level: None)
    site.add("transport", "net", DRIVERS["transport", "net"])
    file = tmp_path / "switchhook.toml"
    file.write_text('[transport]\nuse = "net"\n')
    status, _, err = run("serve", "--config", str(file))
    assert (status, err) == (
        2,
        f"switchhook serve: {file} has no connector; make one: switchhook connector new NAME --config {file}\n",
    )


@pytest.mark.parametrize("options", [(), ("--find-blocking",)])
def test_serve_names_what_blocks_if_it_is_asked_to(site, run, tmp_path, monkeypatch, caplog, options):
    async def served(self, ready, *beside):
        time.sleep(0.001)

    monkeypatch.setattr("switchhook.serving.log.setup.set_up", lambda form, level: None)
    monkeypatch.setattr("switchhook.serving.server.Server.run", served)
    for (group, name), source in DRIVERS.items():
        site.add(group, name, source)
    file = tmp_path / "switchhook.toml"
    file.write_text(GOOD)
    assert run("serve", "--config", str(file), *options)[0] == 0
    assert ("blocks the event loop with time.sleep at" in caplog.text) == bool(options)


@pytest.fixture
def serve(site, run, tmp_path, monkeypatch):
    """What `serve` prints with these settings of the server, which then cannot start."""

    def cannot_start(*_, **__):
        raise StartError("that will do")

    monkeypatch.setattr("switchhook.serving.log.setup.set_up", lambda form, level: None)
    monkeypatch.setattr("switchhook.serving.generations.app.App.__init__", cannot_start)
    site.add("transport", "net", DRIVERS["transport", "net"])
    file = tmp_path / "switchhook.toml"

    def start(settings):
        text = re.sub(r"\[server\][^[]*", "", GOOD)
        file.write_text(f"{text}\n[server]\n{settings}\n")
        err = run("serve", "--config", str(file))[2]
        assert "that will do" in err
        return err

    return start


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "voice.example.com"])
def test_serve_warns_loudly_when_calls_would_come_in_the_clear(serve, host):
    warning = serve(f'host = "{host}"')
    assert f'host = "{host}" is reachable from other machines, without TLS' in warning
    assert "tls = {" in warning
    assert "proxy = {" in warning


@pytest.mark.parametrize(
    "settings",
    [
        'host = "127.0.0.1"',
        'host = "localhost"',
        'host = "0.0.0.0"\nproxy = { trusted = ["10.0.0.1"] }',
        'host = "0.0.0.0"\ntls = { certificate = "a", key = "b" }',
    ],
)
def test_serve_does_not_warn_when_they_would_not(serve, settings):
    assert "without TLS" not in serve(settings)


def test_check_finds_an_engine_that_cannot_be_opened(site, check):
    site.add("stt", "deaf", "from switchhook import hookimpl\n@hookimpl\ndef create_stt(): return object()\n")
    status, out, _ = check(GOOD.replace('"ear"', '"deaf"'))
    assert (status, "FAIL   connectors.support.stt: does not answer" in out) == (1, True)


def test_check_says_which_of_several_engines_cannot_be_opened(site, check):
    site.add("stt", "deaf", "from switchhook import hookimpl\n@hookimpl\ndef create_stt(): return object()\n")
    several = GOOD.replace('{ use = "ear" }', '[{ use = "ear" }, { use = "deaf" }]')
    assert several != GOOD
    status, out, _ = check(several)
    assert (status, "FAIL   connectors.support.stt.1: does not answer" in out) == (1, True)


def test_check_finds_that_nothing_performs_text(check):
    status, out, _ = check(GOOD + '[plugins]\nexclude = ["responses/text"]\n')
    assert (status, "no plugin performs text" in out) == (1, True)


def test_check_finds_a_directory_for_records_that_cannot_be_written(check):
    status, out, _ = check(re.sub(r'directory = "[^"]*"', 'directory = "/dev/null/records"', GOOD))
    assert (status, "FAIL   records.directory: cannot write" in out) == (1, True)


PROMPTS = GOOD + '[prompts]\ndirectory = "prompts"\n'


def test_check_says_what_lies_among_the_prompts_and_is_left_alone(check, tmp_path):
    (tmp_path / "prompts" / FOLDER).mkdir(parents=True)
    (tmp_path / "prompts" / FOLDER / "notes.txt").touch()
    status, out, _ = check(PROMPTS)
    assert (status, "warn   prompts.directory: 1 files in " in out, "'notes.txt'" in out) == (0, True, True)
    assert out.splitlines()[-1] == "nothing stands in the way of a call, but there is 1 to look at"


def test_check_says_nothing_of_a_directory_for_prompts_that_is_still_to_be_made(check):
    assert "prompts.directory" not in check(PROMPTS)[1]


def test_check_finds_a_folder_for_prompts_that_is_a_link(check, tmp_path):
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / FOLDER).symlink_to(tmp_path)
    status, out, _ = check(PROMPTS)
    assert (status, "FAIL   prompts.directory: cannot use " in out) == (1, True)


def test_what_is_there_before_the_first_call_is_not_looked_through_for_garbage_again(capsys):
    try:
        ready("ws://localhost:1/")
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
    assert "listening on ws://localhost:1/" in capsys.readouterr().err


MANAGED = """
from switchhook import SpeechError, hookimpl
from switchhook.testing import MemorySpeechToText

class Ear(MemorySpeechToText):
    async def __aenter__(self):
        raise SpeechError("no model")

    async def __aexit__(self, *_):
        pass

@hookimpl
def create_stt():
    return Ear()
"""


def test_check_finds_an_engine_that_cannot_be_entered(site, check):
    site.add("stt", "absent", MANAGED)
    status, out, _ = check(GOOD.replace('"ear"', '"absent"'))
    assert (status, "FAIL   engines: stt absent, when entered: no model" in out) == (1, True)


def test_check_tries_an_engine_once_it_is_entered(site, check):
    site.add("stt", "slow", MANAGED.replace('raise SpeechError("no model")', "pass"))
    assert check(GOOD.replace('"ear"', '"slow"'))[0] == 0


# --- languages, as check tells of them

KNOWING = """
from switchhook import LanguageUnknown, hookimpl
from switchhook.testing import {base}

class Engine({base}):
    languages = {languages}

    def {method}(self, *given):
        if given[-2] not in self.languages:
            raise LanguageUnknown("not mine")
        return super().{method}(*given)

@hookimpl
def {hook}(): return Engine()
"""


@pytest.fixture
def knowing(site):
    """Installs a recogniser and a voice that say which languages they know."""

    def install(name, ear, voice):
        more = {"base": "MemorySpeechToText", "method": "open", "hook": "create_stt"}
        site.add("stt", name, KNOWING.format(languages=ear, **more))
        more = {"base": "MemoryTextToSpeech", "method": "synthesize", "hook": "create_tts"}
        site.add("tts", name, KNOWING.format(languages=voice, **more))

    return install


def test_check_says_that_engines_which_do_not_say_what_they_know_are_asked(check):
    assert (
        "ok     connectors.support: languages: en-US, others where its engines know them when they are asked, "
        "which they do not say before; a caller in any other is answered in en-US, with a remark in the record\n"
    ) in check()[1]


def test_check_says_which_languages_are_served_and_what_happens_to_others(check, knowing):
    knowing("polyglot", ["en-US", "de-DE", "fr-FR"], ["en-US", "de-DE"])
    knowing("spanish", ["es-ES"], ["es-ES"])
    table = "[connectors.support.languages.es]\nstt = { use = 'spanish' }\ntts = { use = 'spanish' }\n"
    status, out, _ = check(GOOD.replace('"ear"', '"polyglot"').replace('"mouth"', '"polyglot"') + table)
    assert status == 0
    assert (
        "ok     connectors.support: languages: en-US, es, and, as its engines know them, de-DE; a caller in any "
        "other is answered in en-US, with a remark in the record\n"
    ) in out


def test_check_says_that_no_other_language_is_served(check, knowing):
    knowing("english", ["en-US"], ["en-US"])
    _, out, _ = check(GOOD.replace('"ear"', '"english"').replace('"mouth"', '"english"'))
    assert "languages: en-US, and no others; a caller in any other is answered in en-US" in out


def test_check_finds_a_language_whose_engines_do_not_know_it(check, knowing):
    knowing("english", ["en-US"], ["en-US"])
    table = "[connectors.support.languages.es]\nfailure_text = 'lo siento'\n"
    status, out, _ = check(GOOD.replace('"ear"', '"english"').replace('"mouth"', '"english"') + table)
    assert status == 1
    assert "FAIL   connectors.support.languages.es.stt: does not answer: not mine" in out
    assert "FAIL   connectors.support.languages.es.tts: does not answer: not mine" in out
    assert "ok     connectors.support: languages: en-US, and no others; a caller in any other" in out
