"""The page of the webhook, and its JSON Schema, from the models that write and read it."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from switchhook_assistant_http.answers import Answered
from switchhook_assistant_http.turns import Asked

HEAD = """# The webhook

What [`assistant_http`](../how-to/web-service.md) posts to a web service, and what it takes as an answer. The
JSON Schema at the end is also in the distribution, as `webhook.schema.json`.

A request is a `POST` of `application/json`. Its header `webhook-id` is the id of the turn: a second try of
the same turn has the same id and the same body, so that a service that keeps ids does nothing twice. With a
`secret` it is signed as [Standard Webhooks](https://www.standardwebhooks.com) are: `webhook-timestamp` is the
time in seconds, and `webhook-signature` is `v1,` and the HMAC-SHA256 of `ID.TIME.BODY` in base64, whose key
is what stands in base64 behind `whsec_`.

An answer has status 200, or 204 where nothing is said. It is `application/json`, or `application/x-ndjson`
with such an answer in each line, which is spoken while the next is made. A list of responses is an answer,
and so is a single one; a text is a response. Keys that are not listed are errors.
"""
TITLES = {
    "Asked": "What is posted",
    "AskedCall": "Its `call`",
    "AskedTurn": "Its `turn`",
    "Answered": "What comes back",
}
FOOT = """
Status 429, 500, 502, 503 and 529, and a connection that breaks before the answer, are tried once more, within
two seconds. An answer has at most 200 responses, 2 MB and a minute; what is said of it is bounded
[like all](limits.md).

## The schema

```json
{}
```
"""


def webhook_page() -> str:
    defined = schema()["$defs"]
    parts = [HEAD]
    for name, title in TITLES.items():
        rows = [_row(field, told) for field, told in defined[name]["properties"].items()]
        parts.append(f"\n## {title}\n\n| key | type | |\n| --- | --- | --- |\n{''.join(rows)}")
    return "".join(parts) + FOOT.format(webhook_schema().strip())


def webhook_schema() -> str:
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def schema() -> dict[str, Any]:
    """`$defs/Asked` is what is posted, `$defs/Answer` what comes back, whole or as a line."""
    _, made = models_json_schema([(Asked, "serialization"), (Answered, "validation")])
    item = {"anyOf": [{"type": "string"}, {"type": "object", "required": ["response_type"]}]}
    answer = {"anyOf": [{"$ref": "#/$defs/Answered"}, item, {"type": "array", "items": item}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {**made["$defs"], "Answer": answer},
    }


def _row(name: str, told: dict[str, Any]) -> str:
    return f"| `{name}` | {_type(told)} | {told.get('description', '')} |\n"


def _type(told: dict[str, Any]) -> str:
    if "anyOf" in told:
        return " or ".join(_type(each) for each in told["anyOf"] if each.get("type") != "null")
    if "$ref" in told:
        return "object"
    if "const" in told:
        return f"`{told['const']}`"
    kinds = {"string": "text", "array": "list", "boolean": "true or false"}
    kind = str(told.get("type", "anything"))
    return kinds.get(kind, kind)
