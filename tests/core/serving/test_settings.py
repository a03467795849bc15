"""What the configuration may say, and what is said of one that is wrong."""

import re
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from switchhook import FilePath, Options, Seconds, Secret, SettingsError, Table, load_settings
from switchhook.contract.options import UNITS
from switchhook.serving.config.configuration import fingerprint, named_secrets, read_table
from switchhook.serving.config.watched import Watched

EXAMPLE = """
[server]
host = "127.0.0.1"
port = 8443
public_url = "wss://voice.example.com/"
tls = { certificate = "tls/certificate.pem", key = "tls/key.pem" }
proxy = { trusted = ["10.0.0.0/8"] }
max_calls = 1000
max_call = "14m"
drain = "15m"

[transport]
use = "genesys"
[transport.integrations.main]
keys = [{ api_key = { env = "SUPPORT_API_KEY" }, client_secret = { file = "secrets/support" } }]

[connectors.support]
address = { integration = "main", instance_id = "7d7c2f3e-0000-4000-8000-000000000000" }
assistant = { use = "script", file = "bank.toml" }
stt = { use = "moonshine" }
tts = [{ use = "hibari" }, { use = "pico" }]
language = "en-US"

[records]
directory = "records"
[admin]
port = 9090
[plugins.acme]
colour = "red"
"""
CONNECTOR = """
[connectors.support]
assistant = { use = "script" }
stt = { use = "moonshine" }
tts = { use = "hibari" }
"""


@pytest.fixture
def load(tmp_path):
    def load(text, **environ):
        file = tmp_path / "switchhook.toml"
        file.write_text(text, encoding="utf-8")
        return load_settings(file, environ)

    return load


@pytest.fixture
def refusal(load):
    def refusal(text, **environ):
        with pytest.raises(SettingsError) as caught:
            load(text, **environ)
        return str(caught.value)

    return refusal


# --- what it may say


def test_the_example_of_the_documentation_loads(load):
    settings = load(EXAMPLE)
    assert (settings.server.max_call, settings.server.drain) == (840.0, 900.0)
    assert settings.transport.use == "genesys"


def test_a_mark_of_byte_order_before_the_text_is_no_part_of_it(load, tmp_path):
    (tmp_path / "key").write_text("\ufeffsecret\n", encoding="utf-8")
    settings = load("\ufeff" + EXAMPLE)
    assert settings.transport.use == "genesys"
    assert (
        TypeAdapter(Secret).validate_python({"file": "key"}, context={"base": tmp_path}).get_secret_value()
        == "secret"
    )


def test_an_empty_file_has_the_defaults(load):
    settings = load("")
    assert (settings.server.host, settings.server.port, settings.server.max_calls) == (
        "127.0.0.1",
        8443,
        1000,
    )
    assert (settings.connectors, settings.records.directory, settings.admin) == ({}, None, None)


def test_one_engine_is_a_list_of_one(load):
    assert [choice.use for choice in load(EXAMPLE).connectors["support"].stt] == ["moonshine"]


def test_several_engines_keep_their_order(load):
    assert [choice.use for choice in load(EXAMPLE).connectors["support"].tts] == ["hibari", "pico"]


def test_what_stands_beside_use_is_for_the_plugin(load):
    assert load(EXAMPLE).connectors["support"].assistant[0].table() == {"file": "bank.toml"}


def test_the_tables_of_plugins_are_kept_as_they_are(load):
    assert load(EXAMPLE).plugins.tables() == {"acme": {"colour": "red"}}


def test_the_lists_of_plugins_are_no_tables_of_plugins(load):
    settings = load('[plugins]\nonly = ["acme"]\nexclude = ["b"]\norder = ["acme"]\n')
    assert settings.plugins.tables() == {}


def test_paths_stand_beside_the_file(load, tmp_path):
    settings = load(EXAMPLE)
    assert settings.records.directory == tmp_path / "records"
    assert settings.server.tls.certificate == tmp_path / "tls" / "certificate.pem"


def test_a_path_from_the_root_stays(load):
    assert load('[records]\ndirectory = "/var/records"\n').records.directory == Path("/var/records")


def test_a_path_in_the_home_directory_is_found(load, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    assert load('[records]\ndirectory = "~/records"\n').records.directory == Path("/home/ada/records")


def test_a_file_in_the_home_directory_that_changes_is_seen(load, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    secret = tmp_path / "home" / "secret"
    secret.parent.mkdir()
    secret.write_text("one")
    load('[plugins.acme]\nkey = { file = "~/secret" }\n')
    watched = Watched(tmp_path / "switchhook.toml")
    secret.write_text("another")
    assert watched.changed(watched.look()) == [str(secret)]


SINKS = """
[records]
spool = "spool"
[[records.sinks]]
use = "sql"
file = "records.db"
password = { file = "secret" }
"""


@pytest.mark.parametrize(("name", "is_seen"), [("records.db", False), ("secret", True)])
def test_what_a_record_sink_writes_is_no_change_of_the_configuration(load, tmp_path, name, is_seen):
    for each in ("records.db", "secret"):
        (tmp_path / each).write_text("one")
    load(SINKS)
    watched, tables = Watched(tmp_path / "switchhook.toml"), read_table(tmp_path / "switchhook.toml")
    said = fingerprint([tables["records"]], tmp_path, named_secrets)
    (tmp_path / name).write_text("another")
    assert watched.changed(watched.look()) == [str(tmp_path / name)] * is_seen
    assert (fingerprint([tables["records"]], tmp_path, named_secrets) != said) is is_seen


def test_the_home_of_nobody_is_refused(refusal):
    said = refusal('records = { directory = "~nobody-of-that-name/records" }')
    assert (
        said == "records.directory: expected a path, got one in the home folder of a user that is not known"
    )


def test_a_path_with_the_character_0_is_refused(refusal):
    said = refusal('records = { directory = "a\\u0000b" }')
    assert said == "records.directory: expected a path, got one with the character 0"


def test_a_file_named_from_elsewhere_still_counts_for_its_paths(load, tmp_path, monkeypatch):
    (tmp_path / "switchhook.toml").write_text('[records]\ndirectory = "records"\n')
    monkeypatch.chdir(tmp_path)
    settings = load_settings("switchhook.toml", {})
    monkeypatch.chdir("/")
    assert settings.records.directory == tmp_path / "records"


def test_values_do_not_change(load):
    settings = load("")
    with pytest.raises(ValueError, match="frozen"):
        settings.server.port = 1


# --- what is wrong


WRONG = {
    "[server]\nprot = 1": "server.prot: unknown key; did you mean 'port'?",
    "[sever]\nport = 1": "sever: unknown key; did you mean 'server'?",
    "[server]\nzzz = 1": (
        "server.zzz: unknown key; known keys: drain, host, max_call, max_calls, max_late, notice, port, proxy, public_url, tls, watch, workers"
    ),
    "[server]\nmax_call = '14 minutes'": (
        "server.max_call: expected a length of time such as '14m', '2.5s' or '300ms', got '14 minutes'"
    ),
    "[server]\npublic_url = 'https://voice.example.com'": (
        "server: public_url: expected 'wss://HOST/' without query, got 'https://voice.example.com'"
    ),
    "[server]\ntls = { certificat = 'a', key = 'b', certificate = 'c' }": (
        "server.tls.certificat: unknown key; did you mean 'certificate'?"
    ),
    CONNECTOR + "language = 'english'": (
        "connectors.support.language: expected a language tag such as 'en-US', got 'english'"
    ),
    CONNECTOR + "language = ''": (
        "connectors.support.language: expected a language tag such as 'en-US', got ''"
    ),
    CONNECTOR + "languag = 'en'\nfailure_txt = 'oh'": (
        "connectors.support.languag: unknown key; did you mean 'language'?\n"
        "connectors.support.failure_txt: unknown key; did you mean 'failure_text'?"
    ),
}


@pytest.mark.parametrize("text", WRONG)
def test_an_unknown_key_or_value_is_refused_with_the_way_out(refusal, text):
    assert refusal(text) == WRONG[text]


MISFITS = {
    "server = 1": ["server"],
    "[server]\nport = 70000": ["server.port"],
    "[server]\nport = 'x'": ["server.port"],
    "[server]\nmax_calls = 0": ["server.max_calls"],
    "[server]\nmax_call = '0s'": ["server.max_call"],
    "[server]\ntls = { certificate = 'a' }": ["server.tls.key"],
    CONNECTOR.replace("tts", "tss"): ["connectors.support.tts", "connectors.support.tss"],
    CONNECTOR.replace("use", "uses", 2): [
        "connectors.support.assistant.0.use",
        "connectors.support.stt.0.use",
    ],
    CONNECTOR.replace('{ use = "hibari" }', "[]"): ["connectors.support.tts"],
    CONNECTOR + "unmask = ['everything']": ["connectors.support.unmask.0"],
    CONNECTOR + "events = 'maybe'\nplugins = 'acme'": [
        "connectors.support.plugins",
        "connectors.support.events",
    ],
}


@pytest.mark.parametrize("text", MISFITS)
def test_each_problem_is_one_line_with_table_and_key(refusal, text):
    assert [line.partition(": ")[0] for line in refusal(text).splitlines()] == MISFITS[text]


@pytest.mark.parametrize("name", ["Support", "sup port", "süpport", "", "-support"])
def test_a_connector_name_that_the_environment_cannot_spell_is_refused(refusal, name):
    message = refusal(CONNECTOR.replace("support", f'"{name}"'))
    assert message.endswith(f"expected a name of lower-case letters, digits, - and _, got {name!r}")


@pytest.mark.parametrize("name", ["stt", "tls", "assistant"])
def test_a_connector_may_be_named_like_a_key_and_still_gets_its_suggestion(refusal, name):
    message = refusal(CONNECTOR.replace("support", name) + "languag = 'en'")
    assert message == f"connectors.{name}.languag: unknown key; did you mean 'language'?"


@pytest.mark.parametrize(
    "url",
    ["wss://voice.example.com", "wss://voice.example.com/", "wss://voice.example.com:8443/bots/", "ws://h/"],
)
def test_a_public_url_is_a_base(load, url):
    assert load(f"[server]\npublic_url = '{url}'").server.public_url == url


@pytest.mark.parametrize(
    "url", ["voice.example.com", "wss://", "wss://h/?x=1", "wss://h/#a", "wss://u:p@h/", "wss://h /"]
)
def test_a_public_url_that_is_no_base_is_refused(refusal, url):
    assert "expected 'wss://HOST/' without query" in refusal(f"[server]\npublic_url = '{url}'")


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "nothing.toml", {})
    assert str(caught.value) == (
        f"cannot read {tmp_path}/nothing.toml: No such file or directory; "
        "say --config FILE, or make one with: switchhook connector new NAME"
    )


def test_a_directory_is_no_configuration(tmp_path):
    with pytest.raises(SettingsError, match="Is a directory"):
        load_settings(tmp_path, {})


def test_what_is_not_toml_is_refused_with_line_and_column(refusal, tmp_path):
    message = refusal("[server]\nport = \n")
    assert message.startswith(f"{tmp_path}/switchhook.toml is not valid TOML: ")
    assert "line 2" in message


def test_what_is_not_text_is_refused(tmp_path):
    file = tmp_path / "switchhook.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not valid TOML"):
        load_settings(file, {})


# --- the environment


def test_a_variable_overrides_the_file(load):
    assert load("[server]\nport = 1", SWITCHHOOK_SERVER__PORT="2").server.port == 2


def test_a_variable_makes_the_table_it_needs(load):
    assert load("", SWITCHHOOK_ADMIN__PORT="9000").admin.port == 9000


@pytest.mark.parametrize("spelt", ["de-de", "de_DE", "DE-de"])
def test_a_language_has_one_spelling(load, spelt):
    settings = load(CONNECTOR, SWITCHHOOK_CONNECTORS__SUPPORT__LANGUAGE=spelt)
    assert settings.connectors["support"].language == "de-DE"


def test_a_variable_reaches_a_connector(load):
    settings = load(CONNECTOR, SWITCHHOOK_CONNECTORS__SUPPORT__LANGUAGE="de-DE")
    assert settings.connectors["support"].language == "de-DE"


def test_a_variable_reaches_the_options_of_an_engine(load):
    settings = load(CONNECTOR, SWITCHHOOK_CONNECTORS__SUPPORT__STT__MODEL="large")
    assert settings.connectors["support"].stt[0].table() == {"model": "large"}


def test_a_variable_reaches_the_table_of_a_plugin(load):
    settings = load(EXAMPLE, SWITCHHOOK_PLUGINS__ACME__COLOUR="blue")
    assert settings.plugins.tables() == {"acme": {"colour": "blue"}}


def test_a_list_in_a_variable_is_toml(load):
    assert load("", SWITCHHOOK_PLUGINS__EXCLUDE='["a", "b"]').plugins.exclude == ["a", "b"]


def test_a_table_in_a_variable_is_toml(load):
    settings = load("", SWITCHHOOK_SERVER='{ port = 7, host = "::" }')
    assert (settings.server.port, settings.server.host) == (7, "::")


def test_a_variable_for_a_key_goes_over_one_for_its_table(load):
    settings = load("", SWITCHHOOK_SERVER__PORT="8", SWITCHHOOK_SERVER='{ port = 7, host = "::" }')
    assert (settings.server.port, settings.server.host) == (8, "::")


def test_lengths_of_time_and_paths_work_in_variables(load, tmp_path):
    settings = load("", SWITCHHOOK_SERVER__DRAIN="90s", SWITCHHOOK_RECORDS__DIRECTORY="calls")
    assert (settings.server.drain, settings.records.directory) == (90.0, tmp_path / "calls")


OF_A_SERVICE = {
    "SWITCHHOOK_SERVICE_HOST": "10.0.0.7",
    "SWITCHHOOK_SERVICE_PORT": "8443",
    "SWITCHHOOK_SERVICE_PORT_CALLS": "8443",
    "SWITCHHOOK_PORT": "tcp://10.0.0.7:8443",
    "SWITCHHOOK_PORT_8443_TCP": "tcp://10.0.0.7:8443",
    "SWITCHHOOK_PORT_8443_TCP_PROTO": "tcp",
    "SWITCHHOOK_PORT_8443_TCP_PORT": "8443",
    "SWITCHHOOK_PORT_8443_TCP_ADDR": "10.0.0.7",
}


@pytest.mark.parametrize("service", ["SWITCHHOOK", "SWITCHHOOK_ADMIN", "SWITCHHOOK_SERVER"])
def test_what_kubernetes_says_of_a_service_by_our_name_is_no_setting(load, service):
    told = {name.replace("SWITCHHOOK", service): value for name, value in OF_A_SERVICE.items()}
    assert load("", **told) == load("")


@pytest.mark.parametrize(
    "variable", [{"SWITCHHOOK_PORT": "8443"}, {"SWITCHHOOK_SERVER_PORT": "8443"}, {"SWITCHHOOK_HOST": "::"}]
)
def test_a_setting_with_one_underscore_is_refused_all_the_same(load, variable):
    with pytest.raises(SettingsError, match=next(iter(variable))):
        load("", **variable)


def test_variables_of_others_are_left_alone(load):
    assert load("", SWITCHHOOKS_PORT="1", HOME="/", switchhook_port="2") == load("")


WRONG_VARIABLES = {
    ("SWITCHHOOK_SERVR__PORT", "1"): (
        "servr (environment variable SWITCHHOOK_SERVR__PORT): unknown key; did you mean 'server'?"
    ),
    ("SWITCHHOOK_SERVER__PROT", "1"): (
        "server.prot (environment variable SWITCHHOOK_SERVER__PROT): unknown key; did you mean 'port'?"
    ),
    ("SWITCHHOOK_SERVER", '{ prot = "1" }'): (
        "server.prot (environment variable SWITCHHOOK_SERVER): unknown key; did you mean 'port'?"
    ),
    ("SWITCHHOOK_SERVER__DRAIN", "soon"): (
        "server.drain (environment variable SWITCHHOOK_SERVER__DRAIN): expected a length of time such as '14m', "
        "'2.5s' or '300ms', got 'soon'"
    ),
    ("SWITCHHOOK_", "1"): "environment variable SWITCHHOOK_: expected SWITCHHOOK_TABLE__KEY",
    ("SWITCHHOOK_SERVER__", "1"): "environment variable SWITCHHOOK_SERVER__: expected SWITCHHOOK_TABLE__KEY",
    ("SWITCHHOOK___PORT", "1"): "environment variable SWITCHHOOK___PORT: expected SWITCHHOOK_TABLE__KEY",
}


@pytest.mark.parametrize("variable", WRONG_VARIABLES)
def test_a_wrong_variable_is_refused_by_its_name(refusal, variable):
    name, value = variable
    assert refusal("", **{name: value}) == WRONG_VARIABLES[variable]


def test_a_variable_below_a_value_is_refused(refusal):
    message = refusal("[server]\nport = 1", SWITCHHOOK_SERVER__PORT__HIGH="1")
    assert message == "environment variable SWITCHHOOK_SERVER__PORT__HIGH: 'port' is not a table"


@pytest.mark.parametrize("value", ["[1", '{ port = "SECRET" '])
def test_a_variable_that_begins_like_toml_must_be_toml(refusal, value):
    message = refusal("", SWITCHHOOK_SERVER=value)
    assert message.startswith("environment variable SWITCHHOOK_SERVER is not valid TOML: ")
    assert "SECRET" not in message


def test_a_variable_that_a_secret_refers_to_is_no_setting(load):
    text = EXAMPLE.replace("SUPPORT_API_KEY", "SWITCHHOOK_SUPPORT_API_KEY")
    assert load(text, SWITCHHOOK_SUPPORT_API_KEY="k") == load(text)


def test_a_variable_is_not_blamed_for_what_the_file_says(refusal):
    message = refusal("[server]\npublic_url = 'voice'", SWITCHHOOK_SERVER__PORT="1")
    assert "SWITCHHOOK_SERVER__PORT" not in message


TABLES = ("server", "transport", "connectors", "records", "admin", "plugins")
VARIABLES = st.text(alphabet=string.ascii_uppercase + string.digits + "_", max_size=40)


@given(VARIABLES.filter(lambda name: name.lower().split("__")[0] not in TABLES), st.text(max_size=20))
def test_any_variable_for_no_table_is_refused_by_its_name(tmp_path_factory, name, value):
    file = tmp_path_factory.getbasetemp() / "empty.toml"
    file.write_text("")
    with pytest.raises(SettingsError, match=f"environment variable SWITCHHOOK_{name}"):
        load_settings(file, {f"SWITCHHOOK_{name}": value})


# --- lengths of time


class Timed(Table):
    length: Seconds = 0.0
    secret: Secret | None = None
    file: FilePath | None = None


def parsed(base=Path(), **table):
    return Options(table, place="here", base=base).parse(Timed)


@given(
    st.decimals(min_value=0, max_value=100_000, places=3, allow_nan=False),
    st.sampled_from(list(UNITS)),
    st.booleans(),
)
def test_a_length_of_time_is_a_number_and_a_unit(number, unit, spaced):
    text = f"{number:f}{' ' if spaced else ''}{unit}"
    assert parsed(length=text).length == pytest.approx(float(number) * UNITS[unit])


@given(st.floats(min_value=0, max_value=1e9))
def test_a_length_of_time_may_be_a_number_of_seconds(number):
    assert parsed(length=number).length == number


@given(st.text(max_size=12).filter(lambda text: not re.fullmatch(r"\d+(\.\d+)?\s*(ms|s|m|h)", text)))
def test_any_other_text_is_no_length_of_time(text):
    with pytest.raises(SettingsError) as caught:
        parsed(length=text)
    assert str(caught.value) == (
        f"here.length: expected a length of time such as '14m', '2.5s' or '300ms', got {text!r}"
    )


# --- secrets


def secret_of(tmp_path, value):
    return parsed(tmp_path, secret=value).secret.get_secret_value()


def test_a_secret_may_stand_in_the_file(tmp_path):
    assert secret_of(tmp_path, "s3cret") == "s3cret"


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\n\n"])
def test_a_secret_file_ends_without_its_line_end(tmp_path, ending):
    (tmp_path / "key").write_bytes(f"s3cret{ending}".encode())
    assert secret_of(tmp_path, {"file": "key"}) == "s3cret"


def test_a_secret_comes_from_a_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("SUPPORT_API_KEY", "s3cret")
    assert secret_of(tmp_path, {"env": "SUPPORT_API_KEY"}) == "s3cret"


def test_a_secret_is_not_shown(tmp_path):
    assert "s3cret" not in repr(parsed(tmp_path, secret="s3cret"))


def refused_secret(tmp_path, value):
    with pytest.raises(SettingsError) as caught:
        parsed(tmp_path, secret=value)
    return str(caught.value)


def test_a_variable_that_is_not_set_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("SUPPORT_API_KEY", raising=False)
    message = refused_secret(tmp_path, {"env": "SUPPORT_API_KEY"})
    assert message == "here.secret: environment variable SUPPORT_API_KEY is not set"


def test_a_secret_file_that_is_missing_is_named(tmp_path):
    message = refused_secret(tmp_path, {"file": "key"})
    assert message == f"here.secret: cannot read secret file {tmp_path}/key: No such file or directory"


def test_a_secret_file_must_be_text(tmp_path):
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    assert refused_secret(tmp_path, {"file": "key"}).endswith("key: is not text")


@pytest.mark.parametrize("value", [{"path": "key"}, {"env": "A", "file": "b"}, {"env": 7}, {}])
def test_a_secret_is_kept_in_a_file_or_a_variable_and_nowhere_else(tmp_path, value):
    message = refused_secret(tmp_path, value)
    assert message == 'here.secret: expected a string, { file = "PATH" } or { env = "NAME" }'


@given(st.one_of(st.integers(), st.floats(), st.booleans(), st.lists(st.integers())))
def test_a_wrong_secret_is_not_shown_in_its_refusal(value):
    message = refused_secret(Path(), value)
    came = {bool: "true or false", int: "a whole number", float: "a number with a fraction", list: "a list"}
    assert message == f"here.secret: expected a valid string, got {came[type(value)]}"


class Wanted(Table):
    number: int = 0
    text: str = ""


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"number": "x"}, "number: expected a valid integer, got text"),
        ({"number": [1]}, "number: expected a valid integer, got a list"),
        ({"number": {"a": 1}}, "number: expected a valid integer, got a table"),
        ({"text": 5}, "text: expected a valid string, got a whole number"),
        ({"text": True}, "text: expected a valid string, got true or false"),
        ({"text": date(2026, 1, 1)}, "text: expected a valid string, got a date"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_what_came(table, said):
    with pytest.raises(SettingsError, match=f"^here.{said}$"):
        Options(table, place="here", base=Path()).parse(Wanted)


# --- options of a plugin


def test_options_are_a_mapping_of_what_was_written():
    options = Options({"use": "a", "n": 1}, place="here", base=Path())
    assert (dict(options), len(options)) == ({"use": "a", "n": 1}, 2)


def test_options_without_a_place_name_the_key_alone():
    with pytest.raises(SettingsError) as caught:
        Options({"lenth": 1}, place="", base=Path()).parse(Timed)
    assert str(caught.value) == "lenth: unknown key; did you mean 'length'?"


def test_a_model_without_keys_says_so():
    with pytest.raises(SettingsError) as caught:
        Options({"a": 1}, place="here", base=Path()).parse(Table)
    assert str(caught.value) == "here.a: unknown key; known keys: none"


KEYS = st.dictionaries(
    st.text(alphabet=string.ascii_lowercase + "_", min_size=1, max_size=8).filter(
        lambda k: k not in Timed.model_fields
    ),
    st.integers(),
    min_size=1,
    max_size=4,
)


@given(KEYS)
def test_each_unknown_key_has_a_line_of_its_own(keys):
    with pytest.raises(SettingsError) as caught:
        Options(keys, place="here", base=Path()).parse(Timed)
    assert sorted(line.partition(":")[0] for line in str(caught.value).splitlines()) == sorted(
        f"here.{key}" for key in keys
    )


def test_how_a_caller_may_interrupt_is_a_setting_of_a_connector(tmp_path):
    from switchhook.serving.generations.app import limits_of

    (tmp_path / "switchhook.toml").write_text("""
[connectors.bank]
assistant = { use = "script" }
stt = { use = "ear" }
tts = { use = "mouth" }
post_response_timeout = "5s"
final_utterance_timeout = "30s"
max_silences = 3
barge_in = { on = "voice", words = 2, seconds = 0.5, ignore = ["Uh huh!"], confidence = 0.4, resume = true }
""")
    limits = limits_of(load_settings(tmp_path / "switchhook.toml", {}).connectors["bank"], 60.0)
    policy = limits.barge_in
    assert (limits.max_call, limits.post_response, limits.final_utterance, limits.no_input) == (60, 5, 30, 3)
    assert (policy.voice, policy.words, policy.seconds, policy.confidence, policy.resume) == (
        True,
        2,
        0.5,
        0.4,
        True,
    )
    assert policy.ignore == {"uh huh"}


@pytest.mark.parametrize(
    "wrong", ["barge_in = { words = 0 }", "barge_in = { confidence = 2 }", "barge_in = { on = 'never' }"]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong, tmp_path):
    (tmp_path / "switchhook.toml").write_text(f"""
[connectors.bank]
assistant = {{ use = "script" }}
stt = {{ use = "ear" }}
tts = {{ use = "mouth" }}
{wrong}
""")
    with pytest.raises(SettingsError, match="barge_in"):
        load_settings(tmp_path / "switchhook.toml", {})


# --- further languages

SPANISH = CONNECTOR + "[connectors.support.languages.TAG]\nfailure_text = 'lo siento'\n"


@pytest.mark.parametrize("spelt", ["es-US", "es-us", "es_US", "ES_us"])
def test_a_further_language_has_one_spelling(load, spelt):
    languages = load(SPANISH.replace("TAG", spelt)).connectors["support"].languages
    assert {tag: table.failure_text for tag, table in languages.items()} == {"es-US": "lo siento"}


def test_a_further_language_may_have_engines_and_texts_of_its_own(load):
    more = "waiting = { text = 'espere' }\nprompts = ['hola']\ntts = { use = 'pico' }\nstt = [{ use = 'a' }, { use = 'b' }]"
    spanish = load(SPANISH.replace("TAG", "es") + more).connectors["support"].languages["es"]
    assert (spanish.waiting.text, spanish.prompts, spanish.assistant) == ("espere", ["hola"], None)
    assert ([each.use for each in spanish.tts], [each.use for each in spanish.stt]) == (["pico"], ["a", "b"])


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (
            "[connectors.support.languages.es]\n[connectors.support.languages.ES]",
            "connectors.support.languages: 'es' and 'ES' are the same language: keep one of them",
        ),
        (
            "[connectors.support.languages.es-US]\n[connectors.support.languages.es_us]",
            "connectors.support.languages: 'es-US' and 'es_us' are the same language: keep one of them",
        ),
        (
            "[connectors.support.languages.english]",
            "connectors.support.languages.english.[key]: expected a language tag such as 'en-US', got 'english'",
        ),
        (
            "[connectors.support.languages.en_us]",
            "connectors.support: languages.en-US is the connector's own language: say it in the table above",
        ),
        (
            "[connectors.support.languages.es]\nfailur_text = 'x'",
            "connectors.support.languages.es.failur_text: unknown key; did you mean 'failure_text'?",
        ),
    ],
)
def test_a_wrong_table_of_languages_says_what_is_wrong(load, tables, said):
    with pytest.raises(SettingsError) as raised:
        load(CONNECTOR + tables)
    assert str(raised.value) == said


@pytest.mark.parametrize("spelt", ["es-US", "es_us", "ES-us"])
@pytest.mark.parametrize("variable", ["ES_US", "es_us", "es-US"])
def test_a_variable_reaches_a_language_however_the_file_spells_it(load, spelt, variable):
    name = f"SWITCHHOOK_CONNECTORS__SUPPORT__LANGUAGES__{variable}__CLOSING_TEXT"
    spanish = load(SPANISH.replace("TAG", spelt), **{name: "adiós"}).connectors["support"].languages["es-US"]
    assert (spanish.failure_text, spanish.closing_text) == ("lo siento", "adiós")


def test_a_variable_replaces_the_whole_table_of_a_language(load):
    settings = load(
        SPANISH.replace("TAG", "es-US"),
        SWITCHHOOK_CONNECTORS__SUPPORT__LANGUAGES__ES_US='{ closing_text = "fin" }',
    )
    spanish = settings.connectors["support"].languages["es-US"]
    assert (spanish.failure_text, spanish.closing_text) == ("", "fin")


def test_a_variable_makes_a_language(load):
    settings = load(CONNECTOR, SWITCHHOOK_CONNECTORS__SUPPORT__LANGUAGES__ZH_HANS_CN__TTS='{ use = "x" }')
    assert list(settings.connectors["support"].languages) == ["zh-Hans-CN"]
