"""Callers whom a model plays, and calls that one judges, before an emulated service."""

import json

import anyio
import anyio.to_thread
import pytest

from switchhook.__main__ import main
from switchhook_scenarios.modelled import acts_of
from switchhook_testing_openai import Fault, emulate

from ...scenarios.shop import CONFIG, modelled, old_man, script

SHOP = script()


@pytest.fixture
def tried(tmp_path, capsys, monkeypatch):
    """The one scenario, its call, and what the model was asked."""
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    monkeypatch.delenv("http_proxy", raising=False)
    (tmp_path / "switchhook.toml").write_text(CONFIG)

    def go(model=old_man, shop=SHOP, fault=None):
        (tmp_path / "shop.toml").write_text(shop)

        async def run():
            async with emulate(model) as service:
                if fault is not None:
                    service.faults.append(fault)
                (tmp_path / "calls.toml").write_text(modelled(service))
                given = ["--real-time", "--json", "--output", str(tmp_path / "kept")]
                await anyio.to_thread.run_sync(main, ["try", str(tmp_path / "calls.toml"), *given])
                return list(service.asked)

        asked = anyio.run(run)
        return json.loads(capsys.readouterr().out)["scenarios"][0], asked

    return go


def test_a_model_plays_a_caller_to_his_goal_and_one_judges(tried):
    found, asked = tried()
    assert found["misses"] == [], "\n".join(found["talk"])
    assert 'caller    says "Where is my parcel?"' in found["talk"]
    assert "note      Was the caller asked for a number? Yes. It asked for it." in found["talk"]
    assert "an old man in a hurry" in asked[0].said("system")


def test_a_judge_who_says_no_is_told_with_his_reason(tried):
    found, _ = tried(shop=SHOP.replace("Key in its number.", "Which one?"))
    misses = {miss["key"]: miss["got"] for miss in found["misses"]}
    assert misses["judge"] == "No. It did not."


def test_a_judge_who_says_neither_is_a_miss(tried):
    found, _ = tried(lambda asked: "Perhaps." if "You judge" in asked.said("system") else old_man(asked))
    assert [miss["key"] for miss in found["misses"]] == ["judge"]


def test_a_model_that_fails_ends_the_call_with_a_verdict(tried):
    found, _ = tried(fault=Fault("status", status=401, times=50))
    assert {miss["key"] for miss in found["misses"]} == {"caller", "judge"}


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("Hello.", [("Hello.", "")]),
        ("[keys 12#]", [("", "12#")]),
        ("It is [keys 12], I think.", [("It is", ""), ("", "12"), (", I think.", "")]),
        ("Bye. [hang up] More.", [("Bye.", "")]),
        ("silence", [("silence", "")]),
        ("...", []),
        ("", []),
    ],
)
def test_what_stands_in_brackets_is_done_and_the_rest_is_said(text, acts):
    assert [(act.say, act.keys) for act in acts_of(text)] == acts
