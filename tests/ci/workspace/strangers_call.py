"""A call in which all is a stranger's, transport, engines and assistant: run where their wheels are installed.

One server in this process stands for the services they ask; `switchhook serve` runs beside it. Says what was asked of
the assistant, and how many seconds the caller heard.
"""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

from aiohttp import web
from websockets.asyncio.client import connect

CONFIGURATION = """
[server]
port = 0
[transport]
use = "acme_wire"
[connectors.bank]
language = "en-US"
assistant = {{ use = "acme_bot", url = "{url}/chat", model = "m" }}
stt = {{ use = "acme_ear", url = "{url}/transcriptions" }}
tts = {{ use = "acme_voice", url = "{url}/speech" }}
"""
SPEECH = b"\x00\x20\x00\xe0" * 4000  # one second, loud
asked = []


async def chat(request):
    messages = (await request.json())["messages"]
    asked.append(messages[-1]["content"])
    text = "Hello. How can I help?" if len(messages) == 2 else f"You said {messages[-1]['content']}."
    line = json.dumps({"choices": [{"delta": {"content": text}}]})
    return web.Response(text=f"data: {line}\n\ndata: [DONE]\n\n", content_type="text/event-stream")


async def transcriptions(request):
    await request.post()
    return web.json_response({"text": "last call"})


async def speech(request):
    text = (await request.json())["input"]
    return web.Response(body=b"\x00\x20\x00\xe0" * 24000 * bool(text))  # two seconds at 24 kHz


async def served():
    app = web.Application()
    app.router.add_post("/chat", chat)
    app.router.add_post("/transcriptions", transcriptions)
    app.router.add_post("/speech", speech)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return "http://{}:{}".format(*runner.addresses[0])


async def listening(process):
    while line := (await process.stderr.readline()).decode():
        sys.stderr.write(line)
        if found := re.search(r"listening on (ws://\S+)", line):
            return found[1]
    raise SystemExit("the server did not start")


async def call(url):
    heard = 0
    async with connect(f"{url}bank", compression=None, proxy=None) as socket:

        async def hear():
            nonlocal heard
            async for message in socket:
                heard += len(message) if isinstance(message, bytes) else 0

        hearing = asyncio.create_task(hear())
        while heard < 16000 * 3:  # both sentences, well begun
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        before = heard
        for data in (SPEECH, *[bytes(3200)] * 10):
            await socket.send(data)
            await asyncio.sleep(len(data) / 16000)
        while "last call" not in asked or heard < before + 16000:
            await asyncio.sleep(0.1)
        hearing.cancel()
    return heard / 16000


async def main():
    Path("switchhook.toml").write_text(CONFIGURATION.format(url=await served()))
    command = [Path(sys.executable).parent / "switchhook", "serve"]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE, env=os.environ)
    try:
        url = await listening(process)
        heard = await asyncio.wait_for(call(url), 60)
    finally:
        process.terminate()
        sys.stderr.write((await process.stderr.read()).decode())
        await process.wait()
    sys.stdout.write(json.dumps({"asked": asked, "heard": heard}))


asyncio.run(main())
