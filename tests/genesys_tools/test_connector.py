"""`switchhook connector`: what is written, printed and refused."""

import argparse
import base64
import json
import os
import re
import stat
import tomllib
import uuid
from pathlib import Path

import pytest

from switchhook import Options, SettingsError, StartError, load_settings
from switchhook_assistant_script import plugin as script_plugin
from switchhook_audiohook.settings import GenesysSettings
from switchhook_genesys_tools import connector
from switchhook_genesys_tools.connector import cards

LABELS = ("API key", "Client secret", "Genesys audio connect URI", "Bot Connector ID")


@pytest.fixture
def config(tmp_path):
    return tmp_path / "switchhook.toml"


def run(*arguments):
    parser = argparse.ArgumentParser()
    connector.add_arguments(parser)
    return connector.run(parser.parse_args([str(argument) for argument in arguments]))


def values(text):
    """Label to value, as printed."""
    return {
        label: line.removeprefix(label).strip()
        for line in text.splitlines()
        for label in LABELS
        if line.startswith(label)
    }


def genesys(config):
    table = load_settings(config).transport.table()
    return Options(table, place="transport", base=config.parent).parse(GenesysSettings)


def files(directory):
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file())


def test_show_as_json_has_the_same_values_and_never_the_secret(config, capsys):
    run("new", "support", "--config", config)
    printed = values(capsys.readouterr().out)
    assert run("show", "support", "--config", config, "--json") == 0
    out = capsys.readouterr().out
    shown = json.loads(out)
    assert (shown["api_keys"], shown["uri"], shown["connector_id"]) == (
        [printed["API key"]],
        printed["Genesys audio connect URI"],
        printed["Bot Connector ID"],
    )
    assert printed["Client secret"] not in out


def test_new_prints_the_four_values_that_genesys_asks_for(config, capsys):
    assert run("new", "support", "--config", config) == 0
    printed = values(capsys.readouterr().out)
    assert tuple(printed) == LABELS
    assert re.fullmatch(r"[a-zA-Z0-9+/_-]+={0,2}", printed["API key"])
    assert len(base64.b64decode(printed["Client secret"], validate=True)) == 32
    instance, _, rest = printed["Bot Connector ID"].partition("/")
    assert uuid.UUID(instance).version == 4
    assert re.fullmatch(r"connect\?version=\d{4}-\d\d-\d\d", rest)


def test_the_transport_accepts_what_new_wrote(config, capsys):
    run("new", "support", "--config", config)
    printed = values(capsys.readouterr().out)
    assert genesys(config).secrets() == {printed["API key"]: base64.b64decode(printed["Client secret"])}


def test_a_new_configuration_has_a_connector_on_the_embedded_engines(config):
    run("new", "support", "--config", config)
    made = load_settings(config).connectors["support"]
    assert [made.assistant[0].use, made.stt[0].use, made.tts[0].use] == ["script", "moonshine", "hibari"]
    assert made.language == "en-US"


def test_the_script_beside_it_is_one_that_the_script_assistant_accepts(config):
    run("new", "support", "--config", config)
    assistant = load_settings(config).connectors["support"].assistant[0]
    options = Options(assistant.table(), place="assistant", base=config.parent)
    assert script_plugin.create_assistant(options=options) is not None


def test_new_says_how_to_call_what_it_made(config, capsys):
    run("new", "support", "--config", config)
    lines = capsys.readouterr().out.splitlines()
    assert f"  switchhook serve --config {config}" in lines
    dial = f"  switchhook dial --config {config} --connector support"
    assert f'{dial} --say "what can you do" --dtmf 1' in lines


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('[steps.a]\n[steps.b]\nphrases = ["my code", "code"]', "'my code'"),
        ('[steps.a]\nphrases = ["what\'s new"]', """'what'"'"'s new'"""),
        ("[steps.a]", "hello"),
        ("[steps.a]\nphrases = 1", "hello"),
        ("[steps.a]\nphrases = [1]", "hello"),
        ("steps = 1", "hello"),
        ("steps =", "hello"),
        ("", "hello"),
    ],
)
def test_new_says_words_that_a_script_which_was_there_knows(config, capsys, script, said):
    config.with_name("support.toml").write_text(script)
    run("new", "support", "--config", config)
    dial = f"  switchhook dial --config {config} --connector support"
    assert f"{dial} --say {said}" in capsys.readouterr().out.splitlines()


def test_a_script_that_exists_is_kept(config):
    config.with_name("support.toml").write_text("# mine\n")
    run("new", "support", "--config", config)
    assert config.with_name("support.toml").read_text() == "# mine\n"


def test_the_script_does_not_take_the_place_of_the_configuration(tmp_path):
    config = tmp_path / "support.toml"
    run("new", "support", "--config", config)
    assert load_settings(config).connectors["support"].assistant[0].table() == {"file": "support-script.toml"}


def test_the_secret_is_for_the_owner_alone_and_not_in_the_configuration(config, capsys):
    run("new", "support", "--config", config)
    secret = values(capsys.readouterr().out)["Client secret"]
    file = config.parent / "secrets" / "support"
    assert file.read_text().strip() == secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert secret not in config.read_text()


def test_without_a_public_url_the_uri_is_said_to_be_assumed(config, capsys):
    run("new", "support", "--config", config)
    out = capsys.readouterr().out
    assert values(out)["Genesys audio connect URI"] == "wss://127.0.0.1:8443/"
    assert "public_url is not set" in out


@pytest.mark.parametrize("url", ["wss://voice.example.com", "wss://voice.example.com/bots//"])
def test_the_uri_ends_in_one_slash(config, capsys, url):
    config.write_text(f'[server]\npublic_url = "{url}"\n')
    run("new", "support", "--config", config)
    out = capsys.readouterr().out
    assert values(out)["Genesys audio connect URI"] == url.rstrip("/") + "/"
    assert "public_url is not set" not in out


EXISTING = {
    "plain": (
        '# first\n[server]\nport = 9000 # chosen\n\n[transport]\nuse = "genesys"\n\n'
        '[records]\ndirectory = "r"\n# last\n'
    ),
    "empty": "",
    "inline": 'transport = { use = "genesys" }\n',
    "dotted": 'transport.use = "genesys" # dotted\n',
    "out of order": (
        '[transport]\nuse = "genesys"\n[server]\nport = 1\n'
        '[transport.integrations.old]\nkeys = [{ api_key = "k", unsigned = true }] # keep\n'
    ),
    "array of tables": (
        '[[transport.integrations.old.keys]]\napi_key = "k"\nunsigned = true\n[server]\nport = 1\n'
    ),
    "no end of line": "[server]\nport = 1",
}


@pytest.mark.parametrize("name", EXISTING)
def test_every_line_of_an_existing_configuration_stays_in_its_order(config, name):
    config.write_text(EXISTING[name])
    run("new", "support", "--config", config)
    before = [line for line in EXISTING[name].splitlines() if line and name != "inline"]
    after = config.read_text().splitlines()
    assert [line for line in after if line in before] == before
    assert cards.read(config, "support").integration == "support"


@pytest.mark.parametrize("name", EXISTING)
def test_connectors_and_keys_can_be_added_again_and_again(config, name):
    config.write_text(EXISTING[name])
    for number in range(3):
        run("new", f"bot{number}", "--config", config)
        run("rotate", f"bot{number}", "--config", config)
    assert [len(cards.read(config, f"bot{number}").api_keys) for number in range(3)] == [2, 2, 2]


def test_a_key_is_added_to_an_array_of_tables_and_retired_from_it(config):
    old = 'address = { integration = "old", instance_id = "i" }\nassistant = { use = "a" }\n'
    config.write_text(
        EXISTING["array of tables"]
        + "[connectors.bot]\n"
        + old
        + 'stt = { use = "a" }\ntts = { use = "a" }\n'
    )
    run("rotate", "bot", "--config", config)
    assert len(cards.read(config, "bot").api_keys) == 2
    run("rotate", "bot", "--retire", "--config", config)
    assert "k" not in cards.read(config, "bot").api_keys


def test_an_integration_can_carry_another_connector(config, capsys):
    run("new", "support", "--config", config)
    first = values(capsys.readouterr().out)
    run("new", "sales", "--config", config, "--integration", "support")
    second = values(capsys.readouterr().out)
    assert second["API key"] == first["API key"]
    assert first["Client secret"] not in second["Client secret"]
    assert second["Bot Connector ID"] != first["Bot Connector ID"]
    assert files(config.parent / "secrets") == ["support"]


def test_show_tells_all_but_the_secret(config, capsys):
    run("new", "support", "--config", config)
    made = capsys.readouterr().out
    run("show", "support", "--config", config)
    shown = capsys.readouterr().out
    secret = values(made)["Client secret"]
    assert secret not in shown
    assert {k: v for k, v in values(shown).items() if k != "Client secret"} == {
        k: v for k, v in values(made).items() if k != "Client secret"
    }


def test_a_rotated_key_is_valid_beside_the_first_until_that_is_retired(config, capsys):
    run("new", "support", "--config", config)
    first = values(capsys.readouterr().out)
    run("rotate", "support", "--config", config)
    second = values(capsys.readouterr().out)
    both = {each["API key"]: base64.b64decode(each["Client secret"]) for each in (first, second)}
    assert genesys(config).secrets() == both
    run("rotate", "support", "--retire", "--config", config)
    del both[first["API key"]]
    assert genesys(config).secrets() == both
    assert files(config.parent / "secrets") == ["support-2"]


def test_a_retired_secret_that_stands_elsewhere_is_left_alone(config):
    run("new", "support", "--config", config)
    elsewhere = config.parent / "vault"
    (config.parent / "secrets" / "support").rename(elsewhere)
    config.write_text(config.read_text().replace("secrets/support", "vault"))
    run("rotate", "support", "--config", config)
    run("rotate", "support", "--retire", "--config", config)
    assert elsewhere.exists()


def test_the_guide_has_the_connectors_own_values(config, capsys):
    run("new", "support", "--config", config)
    made = values(capsys.readouterr().out)
    run("guide", "support", "--config", config)
    guide = capsys.readouterr().out
    assert all(made[label] in guide for label in LABELS if label != "Client secret")
    assert made["Client secret"] not in guide
    assert all(
        word in guide
        for word in ("Call Audio Connector", "Success", "Failure", "Inputs", "Outputs", "Credentials")
    )


def test_the_guide_names_the_variables_that_the_script_reads_and_sets(config, capsys):
    run("new", "support", "--config", config)
    [script] = [path for path in config.parent.glob("*.toml") if path != config]
    place = "${system_integrations.genesys_audio_connector"
    script.write_text(f"{place}.tier}} {place}.route_to}} = 1 {place}.route_to}} {place}.asked}} == 2")
    capsys.readouterr()
    run("guide", "support", "--config", config)
    printed = capsys.readouterr().out
    assert re.search(r"Inputs +asked, tier;", printed)
    assert re.search(r"Outputs +route_to;", printed)


def test_the_flow_is_written_for_architect_scripting(config, capsys):
    run("new", "support", "--config", config)
    made = values(capsys.readouterr().out)
    run("guide", "support", "--config", config, "--architect", config.parent / "flow.mjs")
    flow_program = (config.parent / "flow.mjs").read_text()
    assert f'const CONNECTOR_ID = "{made["Bot Connector ID"]}"' in flow_program
    assert made["Client secret"] not in flow_program


def test_a_file_that_is_there_is_not_overwritten_by_a_flow(config):
    run("new", "support", "--config", config)
    with pytest.raises(SettingsError, match=r"--architect: cannot write .*: File exists; name another"):
        run("guide", "support", "--config", config, "--architect", config)


@pytest.mark.parametrize("name", ["Support", "a b", "../etc", "ä", "", "-x", "a.b"])
def test_a_name_that_the_environment_cannot_spell_is_refused(config, name):
    with pytest.raises(SettingsError, match="expected a name of lower-case letters"):
        run("new", "--config", config, "--", name)
    assert files(config.parent) == []


def after(config, *commands):
    for command in commands:
        run(*command, "--config", config)
    return config.read_bytes(), files(config.parent)


@pytest.mark.parametrize(
    ("before", "command", "message"),
    [
        ([("new", "a")], ("new", "a"), "connector 'a' exists already"),
        ([("new", "a")], ("new", "b", "--integration", "x"), "there is no integration 'x', known: a"),
        ([("new", "a")], ("show", "aa"), "there is no connector 'aa'.*did you mean 'a'"),
        ([("new", "a")], ("rotate", "b"), "there is no connector 'b'"),
        ([("new", "a")], ("rotate", "a", "--retire"), "has one key; make its successor first"),
        ([("new", "a"), ("rotate", "a")], ("rotate", "a"), "has a second key already"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(config, before, command, message):
    state = after(config, *before)
    with pytest.raises(SettingsError, match=message):
        run(*command, "--config", config)
    assert after(config) == state


def test_a_configuration_that_is_wrong_is_refused_and_nothing_is_left_behind(config):
    config.write_text("[server]\nprot = 1\n")
    with pytest.raises(SettingsError, match="did you mean 'port'"):
        run("new", "support", "--config", config)
    assert files(config.parent) == ["switchhook.toml"]
    assert not (config.parent / "secrets").exists()


def test_a_mark_of_byte_order_before_the_configuration_is_no_part_of_it(config):
    config.write_text("\ufeff[server]\nport = 8444\n", encoding="utf-8")
    run("new", "support", "--config", config)
    assert load_settings(config).server.port == 8444


def test_a_configuration_that_is_no_toml_is_refused(config):
    config.write_text("[server\n")
    with pytest.raises(SettingsError, match="is not valid TOML"):
        run("new", "support", "--config", config)


def test_another_transport_is_refused(config):
    config.write_text('[transport]\nuse = "other"\n')
    with pytest.raises(SettingsError, match="expected 'genesys', got 'other'"):
        run("new", "support", "--config", config)
    assert files(config.parent) == ["switchhook.toml"]


def test_a_secret_that_exists_is_never_overwritten(config):
    (config.parent / "secrets").mkdir()
    (config.parent / "secrets" / "support").write_text("precious")
    with pytest.raises(StartError, match="exists already"):
        run("new", "support", "--config", config)
    assert files(config.parent) == ["secrets/support"]
    assert (config.parent / "secrets" / "support").read_text() == "precious"


def test_a_directory_that_does_not_exist_is_made(tmp_path):
    config = tmp_path / "bots" / "bank" / "switchhook.toml"
    run("new", "support", "--config", config)
    assert "support" in load_settings(config).connectors
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in (config.parent / "secrets", config.parent)]
    assert modes == [0o700, 0o777 & ~umask()]


def umask():
    os.umask(mask := os.umask(0))
    return mask


def test_a_directory_that_was_made_is_taken_back(tmp_path, monkeypatch):
    monkeypatch.setenv("SWITCHHOOK_SERVER__PORT", "x")
    with pytest.raises(SettingsError, match=r"server\.port"):
        run("new", "support", "--config", tmp_path / "bots" / "switchhook.toml")
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError, match=r"cannot write .*: Not a directory"):
        run("new", "support", "--config", tmp_path / "file" / "switchhook.toml")


def test_the_mode_of_a_configuration_and_a_link_to_it_stay(config):
    real = config.with_name("real.toml")
    real.write_text("")
    real.chmod(0o640)
    config.symlink_to(real)
    run("new", "support", "--config", config)
    assert config.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert "support" in tomllib.loads(real.read_text())["connectors"]


def test_the_first_line_of_the_help_says_what_the_command_does():
    assert (connector.__doc__ or "").partition("\n")[0].startswith("Make a connector")
    assert Path(connector.__file__).name == "__init__.py"
