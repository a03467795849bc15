"""What a message to watsonx Assistant costs: through IBM's SDK in worker threads, and through our HTTP.

`python benchmarks/assistant_http.py [--messages 1500] [--rounds 5]` prints a table in Markdown; it needs
aiohttp, trustme and ibm-watson. Each way is a process of its own that sends 50 messages at a time over TLS to
one server in another process, on this one machine; the ways take turns, and the best round of each counts.
The cost is the client's CPU time, threads included, without start-up and the first connections.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import anyio.to_thread

AT_ONCE = 50
IDS = "assistant", "environment", "session"
PATH = "/v2/assistants/assistant/environments/environment/sessions/session/message"
MESSAGE = {"message_type": "text", "text": "what is my balance", "options": {"return_context": True}}
CONTEXT = {"integrations": {"genesys_audio_connector": {"user_id": "42"}}}
ANSWER = {
    "output": {
        "intents": [{"intent": "balance", "confidence": 0.9}],
        "entities": [],
        "generic": [{"response_type": "text", "text": "Your balance is 42 dollars. " * 5}],
    },
    "context": {
        "global": {"system": {"turn_count": 2}, "session_id": "session"},
        "skills": {"actions skill": {"user_defined": {}, "system": {"state": "x" * 1500}}},
        "integrations": {"genesys_audio_connector": {"user_id": "42", "balance": 42}},
    },
    "user_id": "caller",
}
Send = Callable[[], Awaitable[object]]


def sdk(url: str, ca: str, pool: int) -> Send:
    from ibm_cloud_sdk_core.authenticators import (  # type: ignore[import-untyped]  # the SDK has no types
        NoAuthAuthenticator,
    )
    from ibm_watson import AssistantV2  # type: ignore[import-untyped]
    from requests.adapters import HTTPAdapter

    service = AssistantV2("2024-08-25", authenticator=NoAuthAuthenticator())
    service.set_service_url(url)
    service.set_http_config({"timeout": (3, 10), "verify": ca})
    if pool:
        service.get_http_client().mount("https://", HTTPAdapter(pool_maxsize=pool))
    limiter = anyio.CapacityLimiter(AT_ONCE)

    def message() -> object:
        return service.message(*IDS, input=MESSAGE, context=CONTEXT, user_id="caller").get_result()

    async def send() -> object:
        return await anyio.to_thread.run_sync(message, limiter=limiter)

    return send


def ours(url: str, ca: str) -> Send:
    os.environ["ASSISTANT_AUTH_TYPE"] = "noauth"
    from switchhook_watson import WatsonOptions, make_service

    service = make_service("assistant", WatsonOptions(url=url, ca=Path(ca)))
    body = {"input": MESSAGE, "context": CONTEXT, "user_id": "caller"}

    async def send() -> object:
        async with service.http.request("POST", PATH, query={"version": "2024-08-25"}, json=body) as reply:
            return json.loads(await reply.read(1_000_000))

    return send


WAYS: dict[str, tuple[str, Callable[[str, str], Send]]] = {
    "sdk": ("the SDK in worker threads, its pool of 10", lambda url, ca: sdk(url, ca, 0)),
    "sdk50": ("the SDK in worker threads, a pool of 50", lambda url, ca: sdk(url, ca, AT_ONCE)),
    "ours": ("`switchhook_watson.HttpClient`", ours),
}


async def measure(send: Send, messages: int) -> dict[str, float]:
    left = messages
    waits: list[float] = []

    async def caller() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            began = time.perf_counter()
            assert await send()
            waits.append(time.perf_counter() - began)

    async def all_callers() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(AT_ONCE):
                group.start_soon(caller)

    await all_callers()  # connections, threads and caches
    left, cpu, began = messages, time.process_time(), time.perf_counter()
    waits.clear()
    await all_callers()
    spent, passed = time.process_time() - cpu, time.perf_counter() - began
    p99 = sorted(waits)[int(len(waits) * 0.99)]
    return {"cpu": spent / len(waits) * 1000, "rate": len(waits) / passed, "p99": p99 * 1000}


async def serve() -> None:
    """Prints its address and its authority's file; for ever."""
    import trustme
    from aiohttp import web

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority = trustme.CA()
    authority.issue_cert("localhost").configure_cert(context)
    body = json.dumps(ANSWER).encode()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        return web.Response(body=body, content_type="application/json")

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        authority.cert_pem.write_to_path(file.name)
        print(f"https://localhost:{runner.addresses[0][1]} {file.name}", flush=True)
        await asyncio.Event().wait()


@contextmanager
def server() -> Iterator[tuple[str, str]]:
    with subprocess.Popen(
        [sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url, ca = process.stdout.readline().split()
        try:
            yield url, ca
        finally:
            process.kill()


def one_round(way: str, url: str, ca: str, messages: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--way", way, "--at", url, ca, "--messages", str(messages)]
    # the SDK's pool of 10 complains with every connection that it throws away
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--at", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        asyncio.run(serve())
    elif asked.way:
        print(json.dumps(asyncio.run(measure(WAYS[asked.way][1](*asked.at), asked.messages))))
    else:
        compare(asked.messages, asked.rounds)


def compare(messages: int, rounds: int) -> None:
    figures: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    with server() as (url, ca):
        for _ in range(rounds):
            for way in WAYS:
                figures[way].append(one_round(way, url, ca, messages))
    best = {way: min(taken, key=lambda each: each["cpu"]) for way, taken in figures.items()}
    print(f"| {AT_ONCE} at a time | CPU ms a message | of the SDK's | messages/s | p99 ms |")
    print("|---|---|---|---|---|")
    for way, (name, _) in WAYS.items():
        one = best[way]
        ratio = one["cpu"] / best["sdk"]["cpu"]
        print(f"| {name} | {one['cpu']:.2f} | {ratio:.2f} | {one['rate']:.0f} | {one['p99']:.0f} |")


if __name__ == "__main__":
    main()
