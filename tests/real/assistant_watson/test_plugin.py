"""The plugin as the configuration names it."""

from importlib.metadata import entry_points

import pytest

from switchhook import Options, SettingsError
from switchhook_assistant_watson.options import AssistantOptions
from switchhook_assistant_watson.plugin import create_assistant


def parse(**table):
    return Options(table, place="connectors.support.assistant", base=None).parse(AssistantOptions)


def test_the_plugin_is_found_under_the_name_watson():
    (entry,) = entry_points(group="switchhook.assistant", name="watson")

    assert entry.load().create_assistant is create_assistant


def test_an_assistant_has_to_be_named():
    with pytest.raises(SettingsError, match=r"support\.assistant\.assistant_id"):
        parse()


@pytest.mark.parametrize(
    "wrong",
    [{"version": "today"}, {"timeout": 0}, {"assistant_id": ""}, {"user_id": "nobody"}, {"asistant": 1}],
)
def test_wrong_values_name_their_key(wrong):
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        parse(**{"assistant_id": "a", **wrong})


def test_ids_stand_quoted_in_paths():
    assert parse(assistant_id="a/b", environment_id="c d").path == "/v2/assistants/a%2Fb/environments/c%20d"
    assert parse(assistant_id="a").path == "/v2/assistants/a"


def test_a_time_may_be_written_as_elsewhere():
    assert parse(assistant_id="a", timeout="500ms").timeout == 0.5


def test_without_credentials_the_start_is_refused(monkeypatch, tmp_path):
    monkeypatch.delenv("ASSISTANT_URL", raising=False)
    with pytest.raises(SettingsError, match="ASSISTANT_URL is not set"):
        create_assistant(Options({"assistant_id": "a"}, place="assistant", base=tmp_path))
