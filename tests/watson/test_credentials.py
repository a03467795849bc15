"""Where the service is and how it knows us, as the SDK reads it; what is wrong with it, in a sentence."""

import pytest

from switchhook import SettingsError
from switchhook_watson import make_service

URL = "https://api.eu-de.assistant.watson.cloud.ibm.com/instances/one"


def refusal(kind, options):
    with pytest.raises(SettingsError) as caught:
        make_service(kind, options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [
        ("assistant", "ASSISTANT"),
        ("speech_to_text", "SPEECH_TO_TEXT"),
        ("text_to_speech", "TEXT_TO_SPEECH"),
    ],
)
def test_variables_of_the_sdk_are_enough(kind, prefix, monkeypatch, options):
    monkeypatch.setenv(f"{prefix}_URL", URL + "/")
    monkeypatch.setenv(f"{prefix}_APIKEY", "key")

    service = make_service(kind, options())

    assert (service.kind, service.url) == (kind, URL)
    assert service.headers == {"X-Watson-Learning-Opt-Out": "true"}


def test_another_service_name_is_another_prefix(monkeypatch, options):
    monkeypatch.setenv("SALES_BOT_URL", URL)
    monkeypatch.setenv("SALES_BOT_APIKEY", "key")

    assert make_service("assistant", options(service="sales-bot")).url == URL


def test_a_credentials_file_of_the_sdk_is_read(tmp_path, options):
    (tmp_path / "ibm-credentials.env").write_text(f"ASSISTANT_URL={URL}\nASSISTANT_APIKEY=key\n")

    assert make_service("assistant", options()).url == URL


def test_a_file_that_hides_the_environment_is_warned_about(tmp_path, monkeypatch, options, caplog):
    (tmp_path / "ibm-credentials.env").write_text(f"ASSISTANT_URL={URL}\nASSISTANT_APIKEY=key\n")
    monkeypatch.setenv("ASSISTANT_URL", "https://another.example.com")

    assert make_service("assistant", options()).url == URL
    assert "ibm-credentials.env" in caplog.text


def test_a_file_of_another_service_hides_nothing(tmp_path, monkeypatch, options, caplog):
    (tmp_path / "ibm-credentials.env").write_text("DISCOVERY_URL=x\n")
    monkeypatch.setenv("ASSISTANT_URL", URL)
    monkeypatch.setenv("ASSISTANT_APIKEY", "key")

    assert make_service("assistant", options()).url == URL
    assert not caplog.text


def test_a_named_credentials_file_that_is_not_there_is_an_error(monkeypatch, options):
    monkeypatch.setenv("IBM_CREDENTIALS_FILE", "/no/such/file")

    assert "/no/such/file" in refusal("assistant", options(url=URL, api_key="key"))


def test_no_url_names_the_variable_and_the_key(options):
    said = refusal("assistant", options(api_key="key"))

    assert "ASSISTANT_URL is not set" in said
    assert "`url`" in said


def test_only_a_url_asks_for_the_key_and_not_for_a_profile(monkeypatch, options):
    monkeypatch.setenv("TEXT_TO_SPEECH_URL", URL)

    said = refusal("text_to_speech", options())

    assert "TEXT_TO_SPEECH_APIKEY is not set" in said
    assert "profile" not in said


def test_a_file_in_the_way_is_named_where_something_is_missing(tmp_path, monkeypatch, options):
    (tmp_path / "ibm-credentials.env").write_text(f"ASSISTANT_URL={URL}\n")
    monkeypatch.setenv("ASSISTANT_APIKEY", "key")

    assert "ibm-credentials.env, not from the environment" in refusal("assistant", options())


@pytest.mark.parametrize(
    "url",
    [
        "api.example.com",
        "ftp://example.com",
        "https://",
        "https://a:b@example.com",
        "https://a:b",
        "https://[1",
    ],
)
def test_what_is_no_url_of_a_service_is_refused(options, url):
    assert "expected https://" in refusal("assistant", options(url=url, api_key="key"))


@pytest.mark.parametrize("url", ["https://me:password@example.com", "https://example.com?apikey=password"])
def test_a_secret_in_a_url_is_not_shown(options, url):
    assert "password" not in refusal("assistant", options(url=url, api_key="key"))


def test_a_url_without_tls_is_warned_about(options, caplog):
    make_service("assistant", options(url="http://watson.example.com", api_key="key"))

    assert "http" in caplog.text


def test_a_key_that_the_sdk_refuses_is_not_shown(options):
    said = refusal("assistant", options(url=URL, api_key='"quoted"'))

    assert "quotes" in said
    assert "quoted" not in said


def test_an_auth_type_nobody_knows_is_named(monkeypatch, options):
    monkeypatch.setenv("ASSISTANT_AUTH_TYPE", "telepathy")

    assert "ASSISTANT_AUTH_TYPE" in refusal("assistant", options(url=URL))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"AUTH_TYPE": "noauth"}, {}),
        ({"AUTH_TYPE": "bearertoken", "BEARER_TOKEN": "t"}, {"Authorization": "Bearer t"}),
        (
            {"AUTH_TYPE": "basic", "USERNAME": "apikey", "PASSWORD": "k"},
            {"Authorization": "Basic YXBpa2V5Oms="},
        ),
    ],
)
async def test_what_needs_no_token_service(monkeypatch, options, variables, expected):
    for name, value in variables.items():
        monkeypatch.setenv(f"ASSISTANT_{name}", value)
    service = make_service("assistant", options(url=URL))

    assert await service.authorization() == expected
    service.refused()


def test_opting_out_is_a_choice(options):
    assert make_service("assistant", options(url=URL, api_key="k", learning_opt_out=False)).headers == {}


def test_a_ca_file_without_certificates_is_refused(options, tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")

    assert "PEM" in refusal("assistant", options(url=URL, api_key="k", ca=str(tmp_path / "ca.pem")))


def test_a_ca_file_that_is_not_there_is_refused(options, tmp_path):
    assert "cannot read" in refusal("assistant", options(url=URL, api_key="k", ca=str(tmp_path / "no.pem")))
