"""The flow of one connector as a program for Genesys' Architect Scripting.

The package is purecloud-flow-scripting-api-sdk-javascript, of Genesys. Its names as used here were checked
against a published program that provisions Audio Connector flows; the program has not been run against an
organization.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from .cards import Card

PROGRAM = """\
// An inbound call flow that hands the call to one Switchhook connector. It leads both paths of the action
// Call Audio Connector to a queue, where one is given, and else to the end of the call.
//
//   npm install purecloud-flow-scripting-api-sdk-javascript
//   ORGANIZATION=prod_eu_central_1 ACCESS_TOKEN=… INTEGRATION_ID=… QUEUE_ID=… node FILE
//
// ORGANIZATION is a name of the SDK's LOCATIONS. INTEGRATION_ID stands in the address of the integration's
// page; QUEUE_ID is optional. The flow is validated, published, and can be edited in Architect from then on.
// A flow of the same name is an error: rename or delete it first.
import sdk from "purecloud-flow-scripting-api-sdk-javascript";

const FLOW = @flow@;
const CONNECTOR_ID = @connector_id@;
const INPUTS = @inputs@; // name of a session variable to an Architect expression
const OUTPUTS = @outputs@; // each becomes a string variable Flow.<name>

const { ORGANIZATION, ACCESS_TOKEN, INTEGRATION_ID, QUEUE_ID } = process.env;
for (const [name, value] of Object.entries({ ORGANIZATION, ACCESS_TOKEN, INTEGRATION_ID })) {
  if (!value) {
    console.error(`set ${name} in the environment`);
    process.exit(2);
  }
}

const location = sdk.enums.archEnums.LOCATIONS[ORGANIZATION];
if (!location) {
  const known = Object.keys(sdk.enums.archEnums.LOCATIONS).join(", ");
  console.error(`ORGANIZATION is ${ORGANIZATION}; expected one of ${known}`);
  process.exit(2);
}

const { archFactoryActions: actions, archFactoryFlows: flows, archFactoryTasks: tasks } = sdk.factories;
const session = sdk.environment.archSession;

function finish(output, what, queue) {
  if (!QUEUE_ID) {
    actions.addActionDisconnect(output, `${what}: end`);
    return;
  }
  const find = actions.addActionFindQueueById(output, `${what}: find the queue`);
  find.findId.setLiteralString(QUEUE_ID);
  find.findResult.setVariable(queue);
  const transfer = actions.addActionTransferToAcd(find.outputFound, `${what}: to the queue`);
  transfer.targetQueue.setExpressionFromVariable(queue);
  actions.addActionDisconnect(transfer.outputFailure, `${what}: no transfer`);
  actions.addActionDisconnect(find.outputNotFound, `${what}: no queue`);
}

async function build() {
  const flow = await flows.createFlowInboundCallAsync(FLOW, "Answered by a voice bot");
  const text = (name) => flow.addVariable(name, flow.dataTypes.string, "");
  const task = flow.startUpObject || tasks.addTask(flow, "Bot", true);
  for (const action of [...task.actions].reverse()) task.deleteAction(action);

  const bot = actions.addActionCallAudioConnector(task, "Call the bot");
  await bot.setAudioConnectorByIdAsync(INTEGRATION_ID);
  bot.connectorId.setLiteralString(CONNECTOR_ID);
  for (const [name, expression] of Object.entries(INPUTS)) {
    bot.addSessionVariableNameValuePair(name, expression);
  }
  for (const name of OUTPUTS) bot.addSessionVariableOutputNameValuePair(name, text(name));
  for (const name of ["errorType", "errorMessage"]) {
    bot.audioConnectorOutputsFailure.getNamedValueByName(name).value.setVariable(text(`bot_${name}`));
  }
  const queue = QUEUE_ID ? flow.addVariable("botQueue", flow.dataTypes.queue, "") : undefined;
  finish(bot.outputSuccess, "The bot is done", queue);
  finish(bot.outputFailure, "The bot failed", queue);

  const found = await flow.validateAsync();
  if (found.hasErrors) throw new Error(found.getSummaryStr(true));
  await flow.publishAsync(true);
  console.log(`published ${FLOW}; now give it a number under Admin > Routing > Call Routing`);
}

let failed;
session.endTerminatesProcess = false;
await session.startWithAuthToken(
  location,
  () => build().catch((error) => (failed = error)),
  ACCESS_TOKEN,
);
if (failed) {
  console.error(`nothing was published: ${failed.message}`);
  process.exit(1);
}
"""

CALL = {
    "ani": "Call.Ani",
    "dnis": "Call.CalledAddressOriginal",
    "conversation_id": "Call.ConversationId",
}


def flow_program(card: Card) -> str:
    """JavaScript, an ES module. Names come from files and are written as JSON, which JavaScript reads as
    literals."""
    values: Mapping[str, object] = {
        "flow": f"Switchhook {card.name}",
        "connector_id": card.connector_id,
        "inputs": {name: CALL.get(name, '""') for name in card.inputs},
        "outputs": list(card.outputs),
    }
    text = PROGRAM
    for name, value in values.items():
        text = text.replace(f"@{name}@", json.dumps(value))
    return text
