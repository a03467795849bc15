"""The program for Architect Scripting, run by Node against a stand-in that records what is asked of it.

The stand-in knows only names that Genesys' own package has; any other one throws."""

import json
import shutil
import subprocess

import pytest

from switchhook_genesys_tools.connector import architect
from switchhook_genesys_tools.connector.cards import Card

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

SDK = r"""
const asked = [];
const outputs = {
  CallAudioConnector: ["outputSuccess", "outputFailure"], FindQueueById: ["outputFound", "outputNotFound"],
  TransferToAcd: ["outputFailure"], Disconnect: [],
};
const strict = (what, known) => new Proxy(known, {
  get(target, name) {
    if (typeof name === "symbol" || name === "then" || name in target) return target[name];
    throw new Error(`${what} has no ${name}`);
  },
});
const value = (owner, field) => strict(field, Object.fromEntries(
  ["setLiteralString", "setVariable", "setExpressionFromVariable"].map((name) =>
    [name, (given) => asked.push([owner, field, given.name ?? given])])));
const fields = { CallAudioConnector: ["connectorId"], FindQueueById: ["findId", "findResult"], TransferToAcd: ["targetQueue"], Disconnect: [] };
const add = (kind) => (output, name) => {
  asked.push([output.path, kind, name]);
  const made = {};
  for (const each of outputs[kind]) made[each] = strict(each, { path: `${kind}.${each}` });
  for (const each of fields[kind]) made[each] = value(name, each);
  if (kind === "CallAudioConnector") Object.assign(made, {
    setAudioConnectorByIdAsync: async (id) => asked.push([name, "integration", id]),
    addSessionVariableNameValuePair: (key, expression) => asked.push([name, `input ${key}`, expression]),
    addSessionVariableOutputNameValuePair: (key, variable) => asked.push([name, `output ${key}`, variable.name]),
    audioConnectorOutputsFailure: { getNamedValueByName: (key) => ({ value: value(name, key) }) },
  });
  return strict(kind, made);
};
const flow = strict("flow", {
  startUpObject: { path: "start", actions: [], deleteAction() {} },
  dataTypes: strict("dataTypes", { string: "string", queue: "queue" }),
  addVariable: (name, type) => { asked.push(["flow", `variable ${type}`, name]); return { name }; },
  validateAsync: async () => ({ hasErrors: process.env.INVALID === "1", getSummaryStr: () => "invalid flow" }),
  publishAsync: async () => { asked.push(["flow", "published", true]); },
});
export default strict("sdk", {
  environment: { archSession: {
    startWithAuthToken: async (location, then, token) => {
      asked.push(["session", location, token]);
      await then();
      console.log(JSON.stringify(asked));
    } } },
  enums: { archEnums: { LOCATIONS: { prod_eu_central_1: "frankfurt" } } },
  factories: strict("factories", {
    archFactoryFlows: strict("flows", { createFlowInboundCallAsync: async (name) => { asked.push(["flow", "named", name]); return flow; } }),
    archFactoryTasks: strict("tasks", {}),
    archFactoryActions: strict("actions", Object.fromEntries(Object.keys(outputs).map((kind) => [`addAction${kind}`, add(kind)]))),
  }),
});
"""
CARD = Card(
    "bank",
    "main",
    ("key",),
    "wss://voice.example.com/",
    False,
    "7/connect?version=2024-08-25",
    True,
    ("ani", "tier"),
    ("routeTo",),
)


@pytest.fixture
def run(tmp_path):
    package = tmp_path / "node_modules/purecloud-flow-scripting-api-sdk-javascript"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"type": "module", "exports": "./sdk.js"}')
    (package / "sdk.js").write_text(SDK)

    def run(card=CARD, **environment):
        (tmp_path / "flow.mjs").write_text(architect.flow_program(card))
        needed = {"ORGANIZATION": "prod_eu_central_1", "ACCESS_TOKEN": "token", "INTEGRATION_ID": "id-1"}
        return subprocess.run(
            ["node", tmp_path / "flow.mjs"],
            env={"PATH": "/usr/local/bin:/usr/bin:/bin"} | needed | environment,
            capture_output=True,
            text=True,
            timeout=30,
        )

    return run


def asked(done):
    assert done.returncode == 0, done.stderr
    return [
        tuple(each) for each in json.loads(next(line for line in done.stdout.split("\n") if line[0] == "["))
    ]


@needs_node
def test_the_action_has_the_connectors_values_and_the_flow_is_published(run):
    told = asked(run())
    assert ("Call the bot", "integration", "id-1") in told
    assert ("Call the bot", "connectorId", "7/connect?version=2024-08-25") in told
    assert ("Call the bot", "input ani", "Call.Ani") in told
    assert ("Call the bot", "input tier", '""') in told
    assert ("Call the bot", "output routeTo", "routeTo") in told
    assert ("Call the bot", "errorType", "bot_errorType") in told
    assert told[-1] == ("flow", "published", True)


@needs_node
def test_without_a_queue_both_paths_end(run):
    told = asked(run())
    for output in ("CallAudioConnector.outputSuccess", "CallAudioConnector.outputFailure"):
        assert [each[1] for each in told if each[0] == output] == ["Disconnect"]


@needs_node
def test_with_a_queue_both_paths_lead_there(run):
    told = asked(run(QUEUE_ID="queue-1"))
    for output in ("CallAudioConnector.outputSuccess", "CallAudioConnector.outputFailure"):
        assert [each[1] for each in told if each[0] == output] == ["FindQueueById"]
    assert sum(each[1] == "TransferToAcd" for each in told) == 2
    assert ("The bot failed: find the queue", "findId", "queue-1") in told


@needs_node
def test_a_flow_that_is_not_valid_is_not_published(run):
    done = run(INVALID="1")
    assert (done.returncode, "nothing was published: invalid flow" in done.stderr) == (1, True)


@needs_node
def test_what_is_missing_in_the_environment_is_named(run):
    done = run(ACCESS_TOKEN="")
    assert (done.returncode, done.stderr) == (2, "set ACCESS_TOKEN in the environment\n")


@needs_node
def test_an_organization_that_the_package_does_not_know_is_named(run):
    done = run(ORGANIZATION="mars")
    assert (done.returncode, done.stderr) == (2, "ORGANIZATION is mars; expected one of prod_eu_central_1\n")


@needs_node
def test_names_cannot_leave_their_literals(run):
    evil = '"; process.exit(7); //\u2028`${1}`</script>'
    told = asked(run(Card("bank", "main", ("key",), "wss://x/", False, evil, True, (evil,), (evil,))))
    assert ("Call the bot", "connectorId", evil) in told
    assert ("Call the bot", f"output {evil}", evil) in told
